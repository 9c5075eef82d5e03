// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.Percentiles;
import io.tickbus.bench.latency.timers.PendingTimers.Handles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;

/** A fresh JVM that keeps very many timers once: what they cost to arm, to keep and to cancel. */
final class PendingRole implements ChildRole {
    static final int BURST = 100;
    private static final int WARM_UP_TIMERS = 10_000;
    private static final int WARM_UPS = 20;
    /** Nothing fires meanwhile. */
    private static final long SOONEST_NS = TimeUnit.HOURS.toNanos(1);
    private static final long SPREAD_NS = TimeUnit.SECONDS.toNanos(60);

    private final String name;
    private final Map<String, Object> settings;
    private final IdleStrategy idle = new YieldingIdleStrategy();
    private PendingTimers pending;

    PendingRole(Map<String, Object> settings) {
        name = (String) settings.get("timers");
        this.settings = settings;
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws Exception {
        int count = (int) JsonLines.number(arguments, "count");
        SplittableRandom random = new SplittableRandom(JsonLines.number(arguments, "seed"));
        return switch (order) {
            case "warm" -> warm(random);
            case "arm" -> arm(count, random);
            case "cancel" -> Map.of("ns", cancel(pending, order(count, random)));
            default -> throw ChildRole.unknown(order);
        };
    }

    /** Other timers of the same kind, which are gone before anything is measured. */
    private Map<String, Object> warm(SplittableRandom random) {
        long[] delaysNs = delaysNs(WARM_UP_TIMERS, random);
        int[] order = order(WARM_UP_TIMERS, random);
        try (PendingTimers warm = PendingTimers.named(name, settings).apply(new Handles(WARM_UP_TIMERS))) {
            for (int i = 1; i < WARM_UPS; i++) {
                arm(warm, delaysNs);
                cancel(warm, order);
            }
            return Map.of("arm", arm(warm, delaysNs).get("p50"), "cancel", cancel(warm, order).get("p50"));
        }
    }

    private Map<String, Object> arm(int count, SplittableRandom random) throws InterruptedException {
        Handles handles = new Handles(count);
        long[] delaysNs = delaysNs(count, random);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("beforeBytes", UsedHeap.bytes());
        pending = PendingTimers.named(name, settings).apply(handles);
        answer.put("emptyBytes", UsedHeap.bytes());
        answer.put("ns", arm(pending, delaysNs));
        answer.put("fullBytes", UsedHeap.bytes());
        answer.put("ownBytes", pending.ownBytes());
        return answer;
    }

    private static long[] delaysNs(int count, SplittableRandom random) {
        return random.longs(count, SOONEST_NS, SOONEST_NS + SPREAD_NS).toArray();
    }

    /** A random one: cancelling the oldest or the latest first is easier for some. */
    private static int[] order(int count, SplittableRandom random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    /** Times each burst without the wait after it, in a loop of its own, so that the compiler sees it alone. */
    private Map<String, Object> arm(PendingTimers timers, long[] delaysNs) {
        List<Double> meansNs = new ArrayList<>();
        for (int first = 0; first < delaysNs.length; first += BURST) {
            int end = Math.min(delaysNs.length, first + BURST);
            long beginNs = System.nanoTime();
            for (int timer = first; timer < end; timer++) {
                timers.arm(timer, delaysNs[timer]);
            }
            meansNs.add((System.nanoTime() - beginNs) / (double) (end - first));
            timers.awaitDone(idle);
        }
        return Percentiles.of(meansNs);
    }

    private Map<String, Object> cancel(PendingTimers timers, int[] order) {
        List<Double> meansNs = new ArrayList<>();
        for (int first = 0; first < order.length; first += BURST) {
            int end = Math.min(order.length, first + BURST);
            long beginNs = System.nanoTime();
            for (int i = first; i < end; i++) {
                timers.cancel(order[i]);
            }
            meansNs.add((System.nanoTime() - beginNs) / (double) (end - first));
            timers.awaitDone(idle);
        }
        return Percentiles.of(meansNs);
    }

    @Override
    public void close() {
        if (pending != null) {
            pending.close();
        }
    }
}
