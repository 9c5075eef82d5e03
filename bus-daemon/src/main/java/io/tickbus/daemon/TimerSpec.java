// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.timer.TimerEngine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A periodic timer of the daemon's own, as its settings name it: {@code PERIOD:SIGNAL_ID[:KEY]}.
 *
 * @param periodNs nanoseconds from one occurrence to the next
 * @param signalId what its signal means
 * @param key      its key; null for one that the daemon chooses
 */
public record TimerSpec(long periodNs, int signalId, Long key) {
    private static final int MAX_PARTS = 3;
    private static final long SHORTEST_PERIOD_NS = 1_000;
    private static final long LONGEST_PERIOD_NS = TimeUnit.DAYS.toNanos(36_500);
    private static final long NS_PER_US = 1_000;
    private static final long LONGEST_GRACE_US = 0xFFFF_FFFFL;

    /** Reads one; {@link IllegalArgumentException} with what is wrong. */
    public static TimerSpec parse(String text) {
        try {
            return read(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a timer is PERIOD:SIGNAL_ID[:KEY], such as 1ms:42 or 10ms:7:1001 ("
                    + e.getMessage() + ")", e);
        }
    }

    private static TimerSpec read(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > MAX_PARTS) {
            throw new IllegalArgumentException("parts=" + parts.length);
        }
        long periodNs = DurationText.parse(parts[0]);
        if (periodNs < SHORTEST_PERIOD_NS || periodNs > LONGEST_PERIOD_NS) {
            throw new IllegalArgumentException("a period is 1us to 36500d: period=" + parts[0]);
        }
        return new TimerSpec(periodNs, IntegerText.toInt(parts[1]),
                parts.length == 2 ? null : IntegerText.toLong(parts[2]));
    }

    /** Throws if {@link #arm} would; leaves no timer behind. */
    static void check(List<TimerSpec> specs, TimerEngine engine, long startNs, long graceNs) {
        arm(specs, engine, startNs, graceNs).forEach(engine::cancel);
    }

    /**
     * Arms all timers as the host's own, due first one period after a start. One without a key gets the lowest number
     * that is no other's: the first has 0.
     *
     * @return their keys
     */
    static List<Long> arm(List<TimerSpec> specs, TimerEngine engine, long startNs, long graceNs) {
        Set<Long> keys = new HashSet<>();
        specs.stream().filter(spec -> spec.key != null).forEach(spec -> keys.add(spec.key));
        long graceUs = Math.min((graceNs + NS_PER_US - 1) / NS_PER_US, LONGEST_GRACE_US);
        List<Long> armed = new ArrayList<>();
        for (TimerSpec spec : specs) {
            long key = spec.key == null ? lowestFree(keys) : spec.key;
            armed.add(key);
            ReplyCode code = engine.execute(new TimerCommand().arm(key, spec.signalId, startNs + spec.periodNs)
                    .periodNs(spec.periodNs).graceUs(graceUs));
            if (code != ReplyCode.ARMED) {
                throw new IllegalArgumentException("a timer cannot be armed: timer=" + spec + " code=" + code);
            }
        }
        return armed;
    }

    static boolean haveDifferentKeys(List<TimerSpec> specs) {
        Set<Long> keys = new HashSet<>();
        return specs.stream().allMatch(spec -> spec.key == null || keys.add(spec.key));
    }

    private static long lowestFree(Set<Long> keys) {
        long key = 0;
        while (!keys.add(key)) {
            key++;
        }
        return key;
    }

    @Override
    public String toString() {
        return SettingKind.text(periodNs) + ":" + signalId + (key == null ? "" : ":" + key);
    }
}
