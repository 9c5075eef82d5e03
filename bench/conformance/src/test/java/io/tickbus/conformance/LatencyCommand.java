// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberListener;
import io.tickbus.subscriber.SubscriberOptions;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code latency}: reads, and measures how long after its publishing a signal is read. */
final class LatencyCommand implements SubscriberListener {
    private static final long AWAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final SignalSubscriber subscriber;
    private final long timeoutNs;
    private final int warmUp;
    private final long[] latencies;
    private int received;
    private long lost;
    private long startNs;
    private long startCpuNs;
    private long lastNs;

    LatencyCommand(Arguments arguments) {
        WaitStrategy strategy = SubscribeCommand.waiting(arguments.text("--wait", "predict"));
        subscriber = SignalSubscriber.attach(arguments.bus(), SubscriberOptions.defaults().withListener(this)
                .withWaitStrategy(strategy).joinAtNewest());
        timeoutNs = arguments.timeoutNs();
        warmUp = (int) arguments.number("--warm-up", 0);
        latencies = new long[(int) arguments.number("--count", 0)];
    }

    Map<String, Object> run() {
        JavaProgram.ready();
        lastNs = System.nanoTime();
        while (received < warmUp + latencies.length && System.nanoTime() - lastNs < timeoutNs) {
            subscriber.await(this::onSignal, 1, AWAIT_NS);
        }
        int count = Math.max(0, received - warmUp);
        long cpuNs = count == 0 ? 0 : threads.getCurrentThreadCpuTime() - startCpuNs;
        Arrays.sort(latencies, 0, count);
        Map<String, Object> result = JavaProgram.result("latency");
        result.put("received", count);
        result.put("lost", lost);
        result.put("p50Ns", percentile(count, 50));
        result.put("p99Ns", percentile(count, 99));
        result.put("maxNs", percentile(count, 100));
        result.put("cpuNs", cpuNs);
        result.put("elapsedNs", count == 0 ? 0 : lastNs - startNs);
        result.put("errors", 0);
        return result;
    }

    private void onSignal(SignalRecord signal) {
        lastNs = System.nanoTime();
        if (received >= warmUp) {
            latencies[received - warmUp] = lastNs - signal.publishedNs();
        }
        if (received == warmUp) {
            startNs = lastNs;
            startCpuNs = threads.getCurrentThreadCpuTime();
        }
        received++;
    }

    /** The smallest that percent of them do not exceed. */
    private long percentile(int count, int percent) {
        return count == 0 ? 0 : latencies[(int) (((long) count * percent + 99) / 100) - 1];
    }

    @Override
    public void onLoss(long firstSequence, long count) {
        lost += received > warmUp ? count : 0;
    }
}
