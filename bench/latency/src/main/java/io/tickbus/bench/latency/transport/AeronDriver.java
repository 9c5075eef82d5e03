// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.tickbus.bench.latency.harness.ChildRole;
import java.nio.file.Path;
import java.util.Map;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/**
 * Aeron's media driver as a process of its own. It sleeps between two turns: no message of an IPC stream goes through
 * it, and there may be no processor to spare.
 */
final class AeronDriver implements ChildRole {
    private final MediaDriver driver;

    AeronDriver(Map<String, Object> settings) {
        driver = MediaDriver.launch(new MediaDriver.Context()
                .aeronDirectoryName(directory(Path.of((String) settings.get("directory")))).dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true).threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new SleepingMillisIdleStrategy(1)).termBufferSparseFile(false)
                .performStorageChecks(true));
    }

    /** The driver's directory within that of a run. */
    static String directory(Path run) {
        return run.resolve("aeron").toString();
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) {
        throw ChildRole.unknown(order);
    }

    @Override
    public void close() {
        driver.close();
    }
}
