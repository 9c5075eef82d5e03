// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.calendar;

import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.TimeText;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.GapPolicy;
import io.tickbus.core.calendar.OverlapPolicy;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;

/** The options beside an expression: its zone, what happens when clocks are set, and its bounds. */
public final class CalendarOptions {
    private final Option<ZoneId> zone;
    private final Option<GapPolicy> gap;
    private final Option<OverlapPolicy> overlap;
    private final Option<TimeText> until;
    private final Option<LocalDate> except;

    /** Says what it takes. */
    public CalendarOptions(CommandSpec command) {
        zone = command.option("--zone", "ZONE", CalendarOptions::zone, "The time zone, such as Europe/Berlin, where "
                + "the expression names none; without it this host's.");
        gap = command.choice("--gap", GapPolicy.class, "What is due at a time that is missing because clocks are set "
                + "forward; without it at-transition, and skip if hours or minutes begin with a star.");
        overlap = command.choice("--overlap", OverlapPolicy.class, "When to fire at a time that comes twice because "
                + "clocks are set back; without it first, and both if hours or minutes begin with a star.");
        until = command.option("--until", "TIME", TimeText::parse, "The last time at which it may be due.");
        except = command.option("--except", "DATE", CalendarOptions::date, "A local date on which it is not due.")
                .repeatable();
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a zone is like Europe/Berlin or UTC: zone=" + text, e);
        }
    }

    private static LocalDate date(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a date is like 2026-12-24: date=" + text, e);
        }
    }

    /** The schedule of an expression, from the first second of {@code from} on; null for any. */
    public CalendarSchedule schedule(String expression, TimeText from) {
        CalendarSchedule schedule = CalendarSchedule.parse(expression, zone.or(ZoneId.systemDefault()))
                .without(except.all().stream().mapToLong(LocalDate::toEpochDay).toArray());
        if (gap.isGiven()) {
            schedule = schedule.withGap(gap.get());
        }
        if (overlap.isGiven()) {
            schedule = schedule.withOverlap(overlap.get());
        }
        return from == null && !until.isGiven() ? schedule : schedule.between(
                from == null ? Long.MIN_VALUE : from.instant().getEpochSecond(),
                until.isGiven() ? until.get().instant().getEpochSecond() : Long.MAX_VALUE);
    }

    /** Whether any of them is given. */
    public boolean isGiven() {
        return zone.isGiven() || gap.isGiven() || overlap.isGiven() || until.isGiven() || !except.all().isEmpty();
    }
}
