// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.platform.HostFiles;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PosixSignalWaiterTest {
    @BeforeEach
    void requireLinux() {
        OnLinux.platform();
    }

    @Test
    void shouldTimeOutAndNeverEarly() {
        PosixSignalWaiter receiver = PosixSignalWaiter.of(PosixSignal.sigrtmin());
        for (long timeoutNs = -1; timeoutNs < 2_000_000; timeoutNs += 100_000) {
            long startNs = System.nanoTime();
            assertEquals(PosixSignalWaiter.TIMED_OUT, receiver.await(timeoutNs));
            assertTrue(System.nanoTime() - startNs >= timeoutNs);
        }
    }

    @Test
    void shouldBlockInCallingThreadOnly() throws Exception {
        int signal = PosixSignal.sigrtmin() + 3;
        Thread blocker = new Thread(() -> {
            PosixSignals.block(signal);
            Optional<String> blocked = HostFiles.ROOT.field("proc/thread-self/status", "SigBlk");
            long mask = Long.parseUnsignedLong(blocked.orElseThrow(), 16);
            assertEquals(1, mask >>> (signal - 1) & 1);
        });
        Throwable[] failure = new Throwable[1];
        blocker.setUncaughtExceptionHandler((thread, thrown) -> failure[0] = thrown);
        blocker.start();
        blocker.join();
        assertEquals(null, failure[0]);
        assertFalse(PosixSignals.isBlockedInEveryThread(signal));
    }

    @Test
    void shouldKnowNumbersOfSignals() {
        assertTrue(PosixSignal.sigrtmin() >= 32 && PosixSignal.sigrtmin() <= 40);
        assertEquals(10, PosixSignal.SIGUSR1);
        assertEquals(12, PosixSignal.SIGUSR2);
    }

    @Test
    void shouldRefuseGroupsAndImpossibleSignals() {
        assertThrows(IllegalArgumentException.class, () -> PosixSignals.kill(0, PosixSignal.SIGUSR1));
        assertThrows(IllegalArgumentException.class, () -> PosixSignals.kill(-1, PosixSignal.SIGKILL));
        assertThrows(IllegalArgumentException.class, () -> PosixSignals.sigqueue(1L << 32, PosixSignal.SIGUSR1, 0));
        assertThrows(IllegalArgumentException.class, () -> PosixSignals.kill(1, 0));
        assertThrows(IllegalArgumentException.class, () -> PosixSignals.kill(1, 65));
        assertThrows(IllegalArgumentException.class, () -> PosixSignalWaiter.of());
    }
}
