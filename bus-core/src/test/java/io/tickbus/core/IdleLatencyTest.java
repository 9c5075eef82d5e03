// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class IdleLatencyTest {
    private static final Path DEVICE = Path.of("/dev/cpu_dma_latency");
    /** What no other process asks for. */
    private static final int OWN_US = 7_919;

    @TempDir
    Path folder;

    @Test
    void shouldLimitLatencyOfHostUntilClosed() {
        if (IdleLatency.effectiveUs() < 0 || !Files.isWritable(DEVICE)) {
            System.out.println("skipped: " + DEVICE + " is not there, or may not be used");
            abort("needs a writable " + DEVICE);
        }
        IdleLatency request = IdleLatency.hold(OWN_US);
        try (request) {
            // Another process may ask for less.
            assertTrue(IdleLatency.effectiveUs() <= OWN_US, () -> "effectiveUs=" + IdleLatency.effectiveUs());
        }
        request.close();
        assertTrue(IdleLatency.effectiveUs() != OWN_US);
    }

    @Test
    void shouldWriteFourBytesAsKernelWantsThem() throws Exception {
        Path device = Files.createFile(folder.resolve("device"));
        IdleLatency.hold(device, 0x0102).close();
        assertArrayEquals(new byte[] {2, 1, 0, 0}, Files.readAllBytes(device));
    }

    @Test
    void shouldNotBeDisturbedByInterrupt() throws Exception {
        Path device = Files.createFile(folder.resolve("device"));
        Thread.currentThread().interrupt();
        IdleLatency request = IdleLatency.hold(device, 0);
        assertTrue(Thread.interrupted());
        request.close();
        assertEquals(Integer.BYTES, Files.size(device));
    }

    @Test
    void shouldSayWhatToDoWhenDeviceIsMissing() {
        Path device = folder.resolve("device");
        String message = assertThrows(BusException.class, () -> IdleLatency.hold(device, 0)).getMessage();
        assertTrue(message.contains(device + ": there is no such file; use a Linux kernel"), message);
        assertFalse(Files.exists(device));
    }

    @Test
    void shouldNameUdevRuleWhenDeviceCannotBeWritten() {
        String message = assertThrows(BusException.class, () -> IdleLatency.hold(folder, 5)).getMessage();
        assertTrue(message.startsWith("asking for an idle latency of 5 us at ") && message.contains("udev rule"),
                message);
    }

    @Test
    void shouldRefuseImpossibleLatency() {
        assertThrows(IllegalArgumentException.class, () -> IdleLatency.hold(-1));
        assertThrows(IllegalArgumentException.class, () -> IdleLatency.hold(IdleLatency.MAX_US + 1));
    }
}
