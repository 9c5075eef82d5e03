package io.tickbus.bench.latency.transport;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/**
 * Aeron's media driver as a process of its own. Argument: the run's directory. Ends with its standard input. It sleeps
 * between looks: no message of an IPC stream goes through it, and there may be no processor to spare.
 */
public final class AeronDriver {
    private AeronDriver() {
    }

    /** The driver's directory within that of a run. */
    public static Path directory(Path run) {
        return run.resolve("aeron");
    }

    /** Runs the driver. */
    public static void main(String[] arguments) throws IOException {
        MediaDriver.Context context = new MediaDriver.Context()
                .aeronDirectoryName(directory(Path.of(arguments[0])).toString()).dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true).threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new SleepingMillisIdleStrategy(1)).termBufferSparseFile(false)
                .performStorageChecks(true);
        try (MediaDriver driver = MediaDriver.launch(context)) {
            System.out.println("READY " + driver.aeronDirectoryName());
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }
}
