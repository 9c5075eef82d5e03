// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** A process that arms durable timers as fast as it gets replies, re-arming its keys in turn. */
final class DurableArmingRole implements ChildRole {
    private static final int KEYS = 100_000;
    private static final int SLOTS = 1 << 12;
    private static final int DIGITS = 3;
    private static final long FAR_NS = TimeUnit.HOURS.toNanos(1);

    private final TimerClient client;
    private final TimerCommand command = new TimerCommand();
    private final long[] sentNs = new long[SLOTS << 1];
    private final Histogram latency = new Histogram(DIGITS);
    private long armed;
    private long refused;

    DurableArmingRole(Map<String, Object> settings) {
        client = TimerClient.connect(DaemonRole.bus(settings), TimerClientOptions.defaults().withName("durable")
                .withCommandSlots(SLOTS).withConnectTimeoutNs(TimeUnit.SECONDS.toNanos(10)));
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) {
        Durability durability = Durability.valueOf((String) arguments.get("durability"));
        int window = (int) Math.min(SLOTS, JsonLines.number(arguments, "window"));
        long durationNs = JsonLines.number(arguments, "durationNs");
        latency.reset();
        armed = 0;
        refused = 0;
        long startNs = System.nanoTime();
        long key = 0;
        long nowNs = startNs;
        while (nowNs - startNs < durationNs) {
            nowNs = System.nanoTime();
            if (client.unanswered() < window) {
                key = (key + 1) % KEYS;
                long sequence = client.send(command.arm(key, 1, nowNs + FAR_NS).durability(durability));
                if (sequence >= 0) {
                    sentNs[(int) sequence & sentNs.length - 1] = nowNs;
                }
            }
            client.pollReplies(this::take, SLOTS);
        }
        while (client.unanswered() > 0) {
            client.pollReplies(this::take, SLOTS);
        }
        double seconds = (System.nanoTime() - startNs) / 1e9;
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("armed", armed);
        map.put("refused", refused);
        map.put("armsPerSecond", Math.round(armed / seconds));
        map.put("replyNs", Map.of("p50", latency.getValueAtPercentile(50), "p90", latency.getValueAtPercentile(90),
                "p99", latency.getValueAtPercentile(99), "max", latency.getMaxValue()));
        return map;
    }

    private void take(TimerReply reply) {
        if (reply.code() == ReplyCode.ARMED) {
            armed++;
        } else {
            refused++;
        }
        latency.recordValue(Math.max(0,
                System.nanoTime() - sentNs[(int) reply.commandSequence() & sentNs.length - 1]));
    }

    @Override
    public void close() {
        client.close();
    }
}
