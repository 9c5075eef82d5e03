// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.calendar;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.TimeText;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.CalendarSchedule.Rule;
import io.tickbus.core.calendar.CalendarSyntaxException;
import io.tickbus.core.internal.IntegerText;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Says when an expression is due. */
public final class CalendarCommand implements Command {
    private static final String STANDARD_COUNT = "10";
    private static final int MOST = 1_000_000;

    private enum Action { EXPLAIN }

    private final Option<String> expression;
    private final CalendarOptions calendar;
    private final Option<TimeText> from;
    private final Option<Long> count;
    private final OutputOptions output;

    /** Says what it takes. */
    public CalendarCommand(CommandSpec command) {
        command.argument(Action.class, "Print when an expression is due, and why then.").required();
        expression = command.argument("EXPRESSION", text -> text, "Five fields of cron, or six with seconds first: "
                + "'30 2 * * MON-FRI'; or systemd's OnCalendar: 'Mon..Fri 02:30 Europe/Berlin'.").required();
        calendar = new CalendarOptions(command);
        from = command.option("--from", "TIME", TimeText::parse, "Where to begin; without it now.");
        count = command.option("--count", "N", CalendarCommand::count, "How many to print.").standard(STANDARD_COUNT);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus calendar explain '30 2 * * *' --zone Europe/Berlin --from 2027-03-27T00:00:00Z
                  tickbus calendar explain 'Mon..Fri *-*-* 09:30 America/New_York' --count 20
                  tickbus calendar explain '0 9 LW * ?' --json | jq '.instants[].utc'

                RULE says what the clocks had to do with it: at-transition and shifted stand for a local time that is
                missing, as clocks are set forward; first and second are the same local time twice, as they are set
                back. Expressions, and what they mean then: docs/CALENDAR.md.

                Exit code 1 when it is never due in that time.""");
    }

    private static long count(String text) {
        long typed = IntegerText.toLong(text);
        if (typed < 1 || typed > MOST) {
            throw new IllegalArgumentException("from 1 to " + MOST + " are printed: count=" + typed);
        }
        return typed;
    }

    @Override
    public int run() {
        CalendarSchedule schedule;
        try {
            schedule = calendar.schedule(expression.get(), null);
        } catch (CalendarSyntaxException e) {
            output.err().println(e.pointer());
            throw e;
        }
        // An instant that is due at --from itself belongs to what is printed.
        long after = from.isGiven() ? from.get().instant().getEpochSecond() - 1 : Instant.now().getEpochSecond();
        List<Report> rows = new ArrayList<>();
        for (long next = schedule.next(after); rows.size() < count.get() && next != CalendarSchedule.NONE;
                next = schedule.next(next)) {
            rows.add(row(schedule, next));
        }
        print(schedule, rows);
        return rows.isEmpty() ? Tickbus.FAILED : Tickbus.DONE;
    }

    private static Report row(CalendarSchedule schedule, long instant) {
        ZonedDateTime local = Instant.ofEpochSecond(instant).atZone(schedule.zone());
        Rule rule = schedule.ruleOf(instant);
        return new Report().with("local", local.toLocalDateTime().format(DateTimeFormatter.ISO_LOCAL_DATE_TIME))
                .with("day", local.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ROOT))
                .with("offset", local.getOffset().getId()).with("utc", Instant.ofEpochSecond(instant).toString())
                .with("rule", rule == Rule.NORMAL ? "" : rule.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    private void print(CalendarSchedule schedule, List<Report> rows) {
        String gap = schedule.gap().name().toLowerCase(Locale.ROOT).replace('_', '-');
        String overlap = schedule.overlap().name().toLowerCase(Locale.ROOT);
        if (output.isJson()) {
            output.print(new Report().with("expression", schedule.text()).with("zone", schedule.zone().getId())
                    .with("gap", gap).with("overlap", overlap).with("instants", rows));
            return;
        }
        output.out().println(schedule.text() + ", zone " + schedule.zone().getId() + ", gap " + gap + ", overlap "
                + overlap);
        if (rows.isEmpty()) {
            output.say("it is never due in that time");
        } else {
            ReportText.table("local", "day", "offset", "utc", "rule").print(output.out(), rows);
        }
        output.out().flush();
    }
}
