// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PosixSignalsIT {
    private static final int QUEUED = 100;

    @BeforeEach
    void requireLinux() {
        OnLinux.platform();
    }

    @Test
    void shouldReceiveKilledAndQueuedSignalsInAnotherJvm() throws Exception {
        try (ChildJvm receiver = blocking("USR1,RTMIN")) {
            assertEquals("USR1 blocked=true RTMIN blocked=true", receiver.line());
            for (long value : new long[] {0, 1, -1, 0x0123_4567_89AB_CDEFL, Long.MIN_VALUE}) {
                assertEquals(PosixSignals.SENT, PosixSignals.kill(receiver.pid(), PosixSignal.SIGUSR1));
                assertReceived(receiver, PosixSignal.SIGUSR1, false, 0);
                assertEquals(PosixSignals.SENT, PosixSignals.sigqueue(receiver.pid(), PosixSignal.SIGUSR1, value));
                assertReceived(receiver, PosixSignal.SIGUSR1, true, value);
            }
        }
    }

    @Test
    void shouldReceiveEveryQueuedRealTimeSignalInOrder() throws Exception {
        try (ChildJvm receiver = blocking("USR1,RTMIN")) {
            assertEquals("USR1 blocked=true RTMIN blocked=true", receiver.line());
            for (int i = 0; i < QUEUED; i++) {
                assertEquals(PosixSignals.SENT,
                        PosixSignals.sigqueue(receiver.pid(), PosixSignal.sigrtmin(), i));
            }
            for (int i = 0; i < QUEUED; i++) {
                assertReceived(receiver, PosixSignal.sigrtmin(), true, i);
            }
        }
    }

    @Test
    void shouldCoalesceStandardSignalsOfStoppedJvm() throws Exception {
        try (ChildJvm receiver = blocking("USR1,RTMIN")) {
            assertEquals("USR1 blocked=true RTMIN blocked=true", receiver.line());
            assertEquals(PosixSignals.SENT, PosixSignals.kill(receiver.pid(), PosixSignal.SIGSTOP));
            for (int i = 0; i < QUEUED; i++) {
                assertEquals(PosixSignals.SENT, PosixSignals.kill(receiver.pid(), PosixSignal.SIGUSR1));
            }
            assertEquals(PosixSignals.SENT, PosixSignals.sigqueue(receiver.pid(), PosixSignal.sigrtmin(), 7));
            assertEquals(PosixSignals.SENT, PosixSignals.kill(receiver.pid(), PosixSignal.SIGCONT));
            int killed = 0;
            String line = receiver.line();
            while (!line.startsWith("signal=" + PosixSignal.sigrtmin())) {
                killed++;
                line = receiver.line();
            }
            assertTrue(killed >= 1 && killed < QUEUED, "killed=" + killed);
        }
    }

    @Test
    void shouldDetectThatSignalIsNotBlocked() throws Exception {
        try (ChildJvm receiver = blocking("RTMIN")) {
            assertEquals("USR1 blocked=false RTMIN blocked=true", receiver.line());
        }
    }

    @Test
    void shouldAnswerThatProcessIsGone() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        assertEquals(PosixSignals.NO_SUCH_PROCESS, PosixSignals.kill(ended.pid(), PosixSignal.SIGUSR1));
        assertEquals(PosixSignals.NO_SUCH_PROCESS, PosixSignals.sigqueue(ended.pid(), PosixSignal.SIGUSR1, 1));
    }

    private static ChildJvm blocking(String signals) {
        List<String> env = List.of("env", "--default-signal", "--block-signal=" + signals);
        return new ChildJvm.Builder(Path.of(""), SignalEcho.class, List.of()).accessFlagsOfThisJvm()
                .flags("-XX:TieredStopAtLevel=1").under(env).start();
    }

    private static void assertReceived(ChildJvm receiver, int signal, boolean isQueued, long value) {
        assertEquals("signal=" + signal + " queued=" + isQueued + " value=" + value + " sender="
                + ProcessHandle.current().pid(), receiver.line());
    }

    /** The receiving JVM: prints what it receives. */
    static final class SignalEcho {
        private static final long TIMEOUT_NS = 30_000_000_000L;

        private SignalEcho() {
        }

        public static void main(String[] args) {
            int rtmin = PosixSignal.sigrtmin();
            System.out.println("USR1 blocked=" + PosixSignals.isBlockedInEveryThread(PosixSignal.SIGUSR1)
                    + " RTMIN blocked=" + PosixSignals.isBlockedInEveryThread(rtmin));
            PosixSignalWaiter receiver = PosixSignalWaiter.of(PosixSignal.SIGUSR1, rtmin);
            int signal = receiver.await(TIMEOUT_NS);
            while (signal != PosixSignalWaiter.TIMED_OUT) {
                System.out.println("signal=" + signal + " queued=" + receiver.isQueued() + " value="
                        + receiver.value() + " sender=" + receiver.senderPid());
                signal = receiver.await(TIMEOUT_NS);
            }
        }
    }
}
