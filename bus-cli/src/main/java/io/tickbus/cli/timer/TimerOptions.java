// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.Payload;
import io.tickbus.cli.TimeText;
import io.tickbus.cli.calendar.CalendarOptions;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerScope;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The options that describe a timer. */
final class TimerOptions {
    private static final long NS_PER_US = TimeUnit.MICROSECONDS.toNanos(1);

    private final Option<Long> keyOption;
    private final Option<Integer> signal;
    private final Option<Long> delay;
    private final Option<DueTime> at;
    private final Option<Long> period;
    private final Option<MisfirePolicy> misfire;
    private final Option<Integer> cap;
    private final Option<Long> grace;
    private final Option<Long> jitter;
    private final Option<Durability> durability;
    private final Option<Boolean> calendar;
    private final Option<Payload> payload;
    private final Option<TimerScope> scope;
    private final Option<Boolean> notBefore;
    private final Option<String> cron;
    private final Option<String> onCalendar;
    private final Option<TimeText> from;
    private final Option<Long> count;
    private final CalendarOptions schedule;

    private String remark = "";

    TimerOptions(CommandSpec command) {
        keyOption = command.option("--key", "KEY", IntegerText::toLong,
                "The timer's name, a 64-bit number: arming it again replaces it.").required();
        signal = command.option("--signal", "ID", IntegerText::toInt,
                "What its signal means, a 32-bit number.").required();
        delay = command.duration("--in", "When it is due, from now; with --every and without this, in one period.");
        at = command.option("--at", "TIME", DueTime::parse, "When it is due: an ISO time such as "
                + "2026-12-01T12:00:00Z, @SECONDS since 1970, or monotonic:NANOSECONDS of CLOCK_MONOTONIC. A time of "
                + "day is converted now: later steps of the clock do not move it, unless --calendar is given.");
        period = command.duration("--every", "The time from one firing to the next; without it the timer is one-shot.");
        misfire = command.choice("--misfire", MisfirePolicy.class, "What becomes of occurrences later than the grace: "
                + "all merged into one firing, skipped, or each fired after all, up to --cap").standard("fire-once");
        cap = command.option("--cap", "N", IntegerText::toInt, "With fire-all, how many are fired after all.");
        grace = command.duration("--grace", "How late a firing may be before it is LATE, in whole microseconds")
                .standard("1ms");
        jitter = command.duration("--jitter", "Due later by a random time below this, drawn once: so that many do not "
                + "fire together.");
        durability = command.choice("--durable", Durability.class, "What the timer survives: nothing, the daemon's "
                + "death, or also a power failure of the host; needs a daemon with --journal").standard("none");
        calendar = command.flag("--calendar", "With --at and a time of day: the timer follows that clock when it is "
                + "set, too.");
        cron = command.option("--cron", "EXPRESSION", text -> text, "Due by a schedule in cron's form, such as "
                + "'30 2 * * MON-FRI'; see 'tickbus calendar --help'.");
        onCalendar = command.option("--on-calendar", "EXPRESSION", text -> text, "Due by a schedule in systemd's "
                + "form, such as 'Mon..Fri 02:30'.");
        schedule = new CalendarOptions(command);
        from = command.option("--from", "TIME", TimeText::parse, "With a schedule: due from then on; without it from "
                + "now on.");
        count = command.option("--count", "N", IntegerText::toLong, "With a schedule: ends after this many firings.");
        payload = command.option("--payload", "TEXT|0xHEX", Payload::parse, "At most 12 bytes, for each signal.");
        scope = scope(command, "Which hosts of a cluster fire it");
        notBefore = command.flag("--not-before", "With a scope: it fires when the time has certainly come, later by "
                + "the most that the host's clock can be wrong.");
    }

    static Option<TimerScope> scope(CommandSpec command, String meaning) {
        return command.choice("--scope", TimerScope.class, meaning + ": only this one, each, or one while the others "
                + "stand by; the last two need a daemon with a 'tickbus cluster member'").standard("host");
    }

    /** Which hosts fire it. */
    TimerScope scope() {
        return scope.get();
    }

    int signalId() {
        return signal.get();
    }

    long key() {
        return keyOption.get();
    }

    /** The command, with the delay counted from now. */
    TimerCommand command() {
        if (cron.isGiven() || onCalendar.isGiven()) {
            return withTerms(scheduled());
        }
        if (from.isGiven() || count.isGiven() || schedule.isGiven()) {
            throw new IllegalArgumentException("--zone, --gap, --overlap, --from, --until, --count and --except belong "
                    + "to a schedule: give --cron or --on-calendar");
        }
        long periodNs = period.or(0L);
        long jitterNs = jitter.or(0L);
        Long delayNs = delay.get();
        DueTime time = at.get();
        if (delayNs != null && time != null) {
            throw new IllegalArgumentException("a timer has one first deadline: give --in or --at, not both");
        }
        if (delayNs == null && time == null && periodNs == 0) {
            throw new IllegalArgumentException("a timer needs a deadline: give --in, --at or --every");
        }
        if (calendar.isGiven() && (time == null || time.time() == null || jitterNs != 0)) {
            throw new IllegalArgumentException("--calendar needs --at with a time of day, and no --jitter");
        }
        if (notBefore.isGiven() && scope.get() == TimerScope.HOST) {
            throw new IllegalArgumentException("--not-before needs --scope everywhere or once: a timer of one host "
                    + "never fires early by its own clock");
        }
        Instant now = Instant.now();
        long nowNs = System.nanoTime();
        long typedNs = time == null ? delayNs == null ? periodNs : delayNs : time.delayNs(now, nowNs);
        remark = time == null ? "" : time.remark(typedNs, periodNs);
        long nextNs = saturatedSum(time == null ? typedNs : time.nextNs(typedNs, periodNs), jitterNs == 0 ? 0
                : ThreadLocalRandom.current().nextLong(jitterNs));
        TimerCommand command = new TimerCommand().arm(key(), signalId(), saturatedSum(nowNs, nextNs))
                .periodNs(periodNs);
        if (calendar.isGiven()) {
            command.deadlineNs(saturatedSum(new TimeText(now, null).saturatedNs(), nextNs))
                    .flags(CommandLayout.FLAG_CALENDAR);
        }
        return withTerms(command);
    }

    /** Refuses the options that say otherwise when it is due. */
    private TimerCommand scheduled() {
        if ((cron.isGiven() && onCalendar.isGiven()) || delay.isGiven() || at.isGiven() || period.isGiven()
                || jitter.isGiven() || calendar.isGiven()) {
            throw new IllegalArgumentException("a schedule alone says when a timer is due: give --cron or "
                    + "--on-calendar, and none of --in, --at, --every, --jitter and --calendar");
        }
        if (scope.get() != TimerScope.HOST) {
            throw new IllegalArgumentException("a schedule is of one host: leave out --scope");
        }
        CalendarSchedule due = schedule.schedule(cron.isGiven() ? cron.get() : onCalendar.get(), from.get());
        return new TimerCommand().calendar(key(), signalId(), count.isGiven() ? due.limit(count.get()) : due);
    }

    private TimerCommand withTerms(TimerCommand command) {
        long graceNs = grace.get();
        if ((misfire.get() == MisfirePolicy.FIRE_ALL) != cap.isGiven()) {
            throw new IllegalArgumentException("--misfire fire-all and --cap go together, so that a stall is not "
                    + "followed by an unbounded burst");
        }
        if (misfire.get() == MisfirePolicy.SKIP && graceNs == 0) {
            throw new IllegalArgumentException("--misfire skip needs a --grace of at least 1us: without any, each "
                    + "firing would be too late and skipped");
        }
        command.misfire(misfire.get(), cap.or(0))
                .graceUs(graceNs / NS_PER_US + (graceNs % NS_PER_US == 0 ? 0 : 1)).durability(durability.get())
                .scope(scope.get()).notBefore(notBefore.isGiven());
        return !payload.isGiven() ? command : payload.get().putInto(command);
    }

    /** What is worth saying about the command; empty for nothing. */
    String remark() {
        return remark;
    }

    private static long saturatedSum(long a, long b) {
        return b > 0 && a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
