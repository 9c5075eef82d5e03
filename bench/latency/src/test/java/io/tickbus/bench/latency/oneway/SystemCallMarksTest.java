// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.tickbus.bench.latency.transport.Transports;
import java.util.List;
import org.junit.jupiter.api.Test;

class SystemCallMarksTest {
    @Test
    void shouldCountCallsBetweenMarksOnce() {
        List<String> trace = List.of(
                "7 futex(0x1, FUTEX_WAIT, 0) = 0",
                "7 close(-100000)                    = -1 EBADF (Bad file descriptor)",
                "7 write(3, \"x\", 1 <unfinished ...>",
                "8 read(4, \"y\", 1) = 1",
                "7 <... write resumed>) = 1",
                "7 close(-200000) = -1 EBADF (Bad file descriptor)",
                "7 write(3, \"x\", 1) = 1",
                "7 close(-100001 <unfinished ...>",
                "8 read(4, \"y\", 1) = 1",
                "7 <... close resumed>) = -1 EBADF (Bad file descriptor)",
                "7 --- SIGUSR1 {si_signo=SIGUSR1} ---",
                "7 kill(9, SIGUSR1) = 0",
                "7 close(-200001) = -1 EBADF (Bad file descriptor)",
                "7 +++ exited with 0 +++");
        Leg alone = Leg.of(Transports.FUTEX, 1);
        Leg ofAllThreads = Leg.of(Transports.JAVA_SIGNAL, 1);
        assertArrayEquals(new long[] {1, 2}, SystemCallMarks.count(trace, List.of(alone, ofAllThreads)));
        assertArrayEquals(new long[] {2, 1}, SystemCallMarks.count(trace, List.of(ofAllThreads, alone)));
    }
}
