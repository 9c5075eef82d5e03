// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.Durations;
import io.tickbus.cli.Payload;
import io.tickbus.cli.TimeText;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.TimerCommand;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** The options that describe a timer. */
final class TimerOptions {
    private static final long NS_PER_US = TimeUnit.MICROSECONDS.toNanos(1);

    @Option(names = "--key", paramLabel = "KEY", required = true,
            description = "The timer's name, a 64-bit number: arming it again replaces it.")
    private long key;
    @Option(names = "--signal", paramLabel = "ID", required = true,
            description = "What its signal means, a 32-bit number.")
    private int signalId;
    @Option(names = "--in", paramLabel = "DURATION", converter = Durations.Converter.class,
            description = "When it is due, from now; with --every and without this, in one period.")
    private Long delayNs;
    @Option(names = "--at", paramLabel = "TIME", converter = DueTime.Converter.class,
            description = "When it is due: an ISO time such as 2026-12-01T12:00:00Z, @SECONDS since 1970, or "
                    + "monotonic:NANOSECONDS of CLOCK_MONOTONIC. A time of day is converted now: later steps of the "
                    + "clock do not move it, unless --calendar is given.")
    private DueTime time;
    @Option(names = "--every", paramLabel = "DURATION", converter = Durations.Converter.class, defaultValue = "0",
            description = "The time from one firing to the next; without it the timer fires once.")
    private long periodNs;
    @Option(names = "--misfire", paramLabel = "fire-once|skip|fire-all",
            defaultValue = "fire-once",
            description = "What becomes of occurrences later than the grace: all merged into one firing, skipped, or "
                    + "each fired after all, up to --cap; default ${DEFAULT-VALUE}.")
    private MisfirePolicy misfire;
    @Option(names = "--cap", paramLabel = "N", description = "With fire-all, the most that are fired after all.")
    private Integer cap;
    @Option(names = "--grace", paramLabel = "DURATION", defaultValue = "1ms", converter = Durations.Converter.class,
            description = "How late a firing may be before it is LATE; microseconds, default ${DEFAULT-VALUE}.")
    private long graceNs;
    @Option(names = "--jitter", paramLabel = "DURATION", defaultValue = "0", converter = Durations.Converter.class,
            description = "Due later by a random time below this, drawn once: so that many do not fire together.")
    private long jitterNs;
    @Option(names = "--durable", paramLabel = "none|process|disk",
            defaultValue = "none",
            description = "What the timer survives: nothing, the daemon's death, or also a power failure of the host; "
                    + "needs a daemon with --journal; default ${DEFAULT-VALUE}.")
    private Durability durability;
    @Option(names = "--calendar",
            description = "With --at and a time of day: the timer follows that clock when it is set, too.")
    private boolean isCalendar;
    @Option(names = "--payload", paramLabel = "TEXT|0xHEX", converter = Payload.Converter.class,
            description = "At most 12 bytes, for each of its signals.")
    private Payload payload;

    private String remark = "";

    int signalId() {
        return signalId;
    }

    long key() {
        return key;
    }

    /** The command, with the delay counted from now. */
    TimerCommand command() {
        if (delayNs != null && time != null) {
            throw new IllegalArgumentException("a timer has one first deadline: give --in or --at, not both");
        }
        if (delayNs == null && time == null && periodNs == 0) {
            throw new IllegalArgumentException("a timer needs a deadline: give --in, --at or --every");
        }
        if ((misfire == MisfirePolicy.FIRE_ALL) != (cap != null)) {
            throw new IllegalArgumentException("--misfire fire-all and --cap go together, so that a stall is not "
                    + "followed by an unbounded burst");
        }
        if (misfire == MisfirePolicy.SKIP && graceNs == 0) {
            throw new IllegalArgumentException("--misfire skip needs a --grace of at least 1us: without any, each "
                    + "firing would be too late and skipped");
        }
        if (isCalendar && (time == null || time.time() == null || jitterNs != 0)) {
            throw new IllegalArgumentException("--calendar needs --at with a time of day, and no --jitter");
        }
        Instant now = Instant.now();
        long nowNs = System.nanoTime();
        long typedNs = time == null ? delayNs == null ? periodNs : delayNs : time.delayNs(now, nowNs);
        remark = time == null ? "" : time.remark(typedNs, periodNs);
        long nextNs = saturatedSum(time == null ? typedNs : time.nextNs(typedNs, periodNs), jitterNs == 0 ? 0
                : ThreadLocalRandom.current().nextLong(jitterNs));
        TimerCommand command = new TimerCommand().arm(key, signalId, saturatedSum(nowNs, nextNs)).periodNs(periodNs)
                .misfire(misfire, cap == null ? 0 : cap)
                .graceUs(graceNs / NS_PER_US + (graceNs % NS_PER_US == 0 ? 0 : 1));
        if (isCalendar) {
            command.deadlineNs(saturatedSum(new TimeText(now, null).saturatedNs(), nextNs))
                    .flags(CommandLayout.FLAG_CALENDAR);
        }
        command.durability(durability);
        return payload == null ? command : payload.putInto(command);
    }

    /** What is worth saying about the command; empty for nothing. */
    String remark() {
        return remark;
    }

    private static long saturatedSum(long a, long b) {
        return b > 0 && a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
