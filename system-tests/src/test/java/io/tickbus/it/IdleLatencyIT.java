// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.IdleLatency;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a daemon asks of this host's processors, on the real files, is gone when it is killed. Needs root. */
@Timeout(60)
class IdleLatencyIT {
    /** What no other process asks for. */
    private static final int OWN_US = 7_907;
    private static final Path LIMIT = Path.of("/sys/devices/system/cpu/cpu0/power/pm_qos_resume_latency_us");

    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldEndRequestOfHostWhenDaemonIsKilled() {
        require(IdleLatency.effectiveUs() >= 0 && Files.isWritable(Path.of("/dev/cpu_dma_latency")),
                "/dev/cpu_dma_latency");
        ChildJvm daemon = bus.daemon("idleUs=" + OWN_US);
        // Another process may ask for less.
        assertTrue(IdleLatency.effectiveUs() <= OWN_US);
        daemon.kill();
        assertNotEquals(OWN_US, IdleLatency.effectiveUs());
    }

    @Test
    void shouldRestoreProcessorsWhenRestartedAfterKill() throws Exception {
        require(Files.isWritable(LIMIT), LIMIT.toString());
        String former = limit();
        require(former.equals("0"), LIMIT + " without another limit");
        ChildJvm daemon = bus.daemon("idleUs=" + OWN_US, "idleCpu=0");
        assertEquals(Integer.toString(OWN_US), limit());
        daemon.kill();
        assertEquals(Integer.toString(OWN_US), limit());
        bus.daemon().quit();
        assertEquals(former, limit());
        bus.daemon("idleUs=" + OWN_US, "idleCpu=0").quit();
        assertEquals(former, limit());
        bus.daemon("idleUs=" + OWN_US, "idleCpu=0").kill();
        bus.directory().delete();
        assertEquals(former, limit());
    }

    private static void require(boolean isThere, String what) {
        if (!isThere) {
            System.out.println("skipped: needs a writable " + what);
        }
        assumeTrue(isThere, "needs a writable " + what);
    }

    private static String limit() throws IOException {
        return Files.readString(LIMIT).strip();
    }
}
