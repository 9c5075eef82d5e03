// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.cron;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PathText;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.run.OverlappingRun;
import io.tickbus.cli.run.ProgramRun;
import io.tickbus.cli.run.ProgramRunner;
import io.tickbus.cli.run.RunMetricsOption;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.timer.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** Serves a crontab: each line is a timer of the bus's daemon, and its command runs when that fires. */
public final class CronCommand implements Command, CronService.Listener {
    private static final String DEFAULT_SIGNAL = "60";
    private static final String DEFAULT_NAME = "cron";

    private final Option<Path> file;
    private final Option<Boolean> check;
    private final Option<Integer> signalId;
    private final Option<String> clientName;
    private final Option<Durability> durability;
    private final Option<OverlappingRun> overlap;
    private final Option<Long> timeoutNs;
    private final BusOptions bus;
    private final OutputOptions output;
    private final RunMetricsOption metrics;

    /** Says what it takes. */
    public CronCommand(CommandSpec command) {
        file = command.argument("FILE", PathText::parse, "The crontab.").required();
        check = command.flag("--check", "Name every mistake in the file, or print when each line is due next; run "
                + "nothing.");
        signalId = command.option("--signal", "ID", IntegerText::toInt, "The id of its timers' signals.")
                .standard(DEFAULT_SIGNAL);
        clientName = command.option("--client-name", "NAME", text -> text, "Whose timers they are; each file that is "
                + "served at a time needs a name of its own.").standard(DEFAULT_NAME);
        durability = command.choice("--durable", Durability.class, "What the timers survive: nothing, the daemon's "
                + "process, or the loss of power. All but none need a daemon with a journal.").standard("none");
        overlap = command.choice("--overlap", OverlappingRun.class, "What to do when a line is due while its command "
                + "still runs.").standard("skip");
        timeoutNs = command.duration("--timeout", "How long a command may run. Then it gets SIGTERM, and after 5 s "
                + "SIGKILL.");
        metrics = new RunMetricsOption(command);
        bus = new BusOptions(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus cron jobs.crontab --check
                  tickbus cron jobs.crontab --durable process

                A line is five fields, or @hourly, @daily and the like, and a command, which /bin/sh runs:
                  CRON_TZ=Europe/Berlin
                  30 2 * * MON-FRI   ./backup.sh
                CRON_GAP and CRON_OVERLAP are the policies of the lines that follow, see 'tickbus calendar --help'. The
                file is read again when it changes; one with a mistake changes nothing. Without CRON_TZ the lines are in
                the host's time zone, and follow /etc/localtime when that changes. What a line was due for while
                nobody served its file is not run. With --durable, what was due while the daemon was down is run once
                when it is back.

                Exit code 1 when --check finds a mistake.""");
    }

    @Override
    public int run() throws IOException {
        if (check.isGiven()) {
            return check(CronFile.read(file.get(), ZoneId.systemDefault()));
        }
        CronService service = new CronService(file.get(), bus.directory(), new CronService.Options(signalId.get(),
                clientName.get(), durability.get(), overlap.get(), timeoutNs.or(Long.MAX_VALUE),
                // Standard output is for the runs.
                output.isJson() ? ProgramRunner.TO_STANDARD_ERROR : List.of(), HostZone.ofThisHost()), this);
        metrics.serve(bus.name(), output);
        ShutdownHook hook = ShutdownHook.listen(service::stop);
        try (metrics; hook) {
            service.run();
        }
        return Tickbus.DONE;
    }

    private int check(CronFile read) {
        List<Report> rows = new ArrayList<>();
        for (CronLine line : read.lines()) {
            long next = line.schedule().next(Instant.now().getEpochSecond());
            boolean isNever = next == CalendarSchedule.NONE;
            rows.add(new Report().with("line", line.number()).with("schedule", line.schedule().text())
                    .with("zone", line.schedule().zone().getId())
                    .with("nextUtc", isNever ? null : Instant.ofEpochSecond(next).toString())
                    .with("command", line.command()));
        }
        if (output.isJson()) {
            output.print(new Report().with("file", file.get().toString()).with("valid", read.problems().isEmpty())
                    .with("problems", read.problems()).with("lines", rows));
        } else if (!rows.isEmpty()) {
            ReportText.table("line", "schedule", "zone", "nextUtc", "command").print(output.out(), rows);
        }
        read.problems().forEach(output::say);
        return read.problems().isEmpty() ? Tickbus.DONE : Tickbus.FAILED;
    }

    @Override
    public void say(String sentence) {
        output.say(sentence);
    }

    @Override
    public void skipped(CronLine line) {
        metrics.skipped(job(line));
        say("line " + line.number() + " is due, and its command still runs: skipped");
    }

    private static String job(CronLine line) {
        return "line " + line.number();
    }

    @Override
    public void ended(CronLine line, ProgramRun run) {
        metrics.ended(run, job(line));
        run.print(output, new Report().with("line", line.number()).with("command", line.command()),
                "line " + line.number());
    }
}
