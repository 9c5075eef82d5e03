package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.run.BurstMeans;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** A fresh JVM that holds very many timers once: what they cost to arm, to keep and to cancel. */
final class HoldingRole implements ChildRole {
    static final int BURST = 500;
    private static final int WARM_UP_TIMERS = 10_000;
    private static final int WARM_UPS = 20;
    /** Nothing fires meanwhile. */
    private static final long SOONEST_NS = TimeUnit.HOURS.toNanos(1);
    private static final long SPREAD_NS = TimeUnit.SECONDS.toNanos(60);

    private final String name;
    private final Map<String, Object> settings;
    private HeldTimers held;

    HoldingRole(Map<String, Object> settings) {
        name = (String) settings.get("timers");
        this.settings = settings;
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws Exception {
        int count = (int) Wire.number(arguments, "count");
        return switch (order) {
            case "arm" -> arm(count, new SplittableRandom(Wire.number(arguments, "seed")));
            case "cancel" -> cancel(count, new SplittableRandom(Wire.number(arguments, "seed")));
            default -> throw new IllegalArgumentException("unknown order: order=" + order);
        };
    }

    /** Other timers of the same kind, which are gone before anything is measured: the code is compiled then. */
    private void warmUp() {
        HeldTimers.Handles handles = new HeldTimers.Handles(WARM_UP_TIMERS);
        try (HeldTimers warm = HeldTimers.named(name, settings, handles)) {
            for (int i = 0; i < WARM_UPS; i++) {
                bursts(warm, WARM_UP_TIMERS, timer -> warm.arm(timer, SOONEST_NS + timer));
                bursts(warm, WARM_UP_TIMERS, warm::cancel);
            }
        }
    }

    private Map<String, Object> arm(int count, SplittableRandom random) throws InterruptedException {
        warmUp();
        HeldTimers.Handles handles = new HeldTimers.Handles(count);
        long[] delaysNs = random.longs(count, SOONEST_NS, SOONEST_NS + SPREAD_NS).toArray();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("beforeBytes", UsedHeap.bytes());
        held = HeldTimers.named(name, settings, handles);
        answer.put("emptyBytes", UsedHeap.bytes());
        answer.put("ns", bursts(held, count, timer -> held.arm(timer, delaysNs[timer])).percentiles());
        answer.put("fullBytes", UsedHeap.bytes());
        answer.put("ownBytes", held.ownBytes());
        return answer;
    }

    /** In random order: who cancels the oldest or the latest first has it easier with some. */
    private Map<String, Object> cancel(int count, SplittableRandom random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return Map.of("ns", bursts(held, count, i -> held.cancel(order[i])).percentiles());
    }

    /** Does something for each number, and times each burst without the wait after it. */
    private static BurstMeans bursts(HeldTimers timers, int count, IntConsumer work) {
        BurstMeans means = new BurstMeans((count + BURST - 1) / BURST);
        for (int first = 0; first < count; first += BURST) {
            int end = Math.min(count, first + BURST);
            long beginNs = System.nanoTime();
            for (int i = first; i < end; i++) {
                work.accept(i);
            }
            means.add((System.nanoTime() - beginNs) / (double) (end - first));
            timers.settle();
        }
        return means;
    }

    @Override
    public void close() {
        if (held != null) {
            held.close();
        }
    }
}
