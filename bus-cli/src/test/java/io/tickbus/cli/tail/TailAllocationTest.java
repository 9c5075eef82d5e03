// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.tickbus.cli.LatencyStats;
import io.tickbus.core.SignalRecord;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TailAllocationTest {
    private static final int SIGNALS = 100_000;
    private static final long ALLOWED_BYTES = 64 * 1024;

    private static List<SignalFormat> formats() {
        return List.of(new SignalJson(), SignalTable.ofSignals(80), SignalTable.ofTimers(60));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void shouldPrintSignalsWithoutAllocating(SignalFormat format) {
        LineBuffer out = new LineBuffer(OutputStream.nullOutputStream());
        SignalRecord signal = new SignalRecord().signalId(42).key(-7).flags(3).payload(0xCAFEL);
        ObservedSignal observed = new ObservedSignal();
        LatencyStats statistics = new LatencyStats();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocations");
        long allocated = 0;
        for (int round = 0; round < 2; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < SIGNALS; i++) {
                long nowNs = System.nanoTime();
                observed.set(signal.deadlineNs(nowNs - 900).publishedNs(nowNs - 500), nowNs, false);
                statistics.record(observed.latencyNs(), observed.latenessNs());
                format.signal(out, observed);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertTrue(allocated < ALLOWED_BYTES, "allocated=" + allocated);
    }
}
