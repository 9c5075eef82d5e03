// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.reload;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.internal.DurationText;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.EffectiveSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Has a daemon read its settings again, and reports the outcome. */
public final class ReloadCommand implements Command {
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private enum Outcome { RELOADED, REFUSED, UNANSWERED }

    private final BusArgument bus;
    private final OutputOptions output;
    private final Option<Long> timeoutNs;

    /** Says what it takes. */
    public ReloadCommand(CommandSpec command) {
        bus = new BusArgument(command);
        output = new OutputOptions(command);
        timeoutNs = command.duration("--timeout", "How long to wait for the daemon's answer.").standard("2s");
        command.footer("""
                Examples:
                  tickbus reload
                  tickbus reload md --json

                The daemon gets SIGHUP, as 'kill -HUP' sends it, but only if it is certainly the daemon of that bus.

                Exit code 1 when the daemon refuses the settings and keeps those it had, or does not answer.""");
    }

    @Override
    public int run() {
        DaemonProcess daemon = DaemonProcess.of(bus.directory());
        List<EffectiveSettings.Row> former = daemon.settings();
        Outcome outcome = reload(daemon);
        String who = "the daemon pid=" + daemon.pid();
        long generation = daemon.value(DaemonCounter.SETTINGS_GENERATION);
        boolean isDone = outcome == Outcome.RELOADED;
        if (isDone || output.isJson()) {
            List<EffectiveSettings.Row> settings = daemon.settings();
            List<Report> changed = changed(former, settings);
            List<Report> waiting = settings.stream().filter(row -> row.wanted() != null).map(row -> new Report()
                    .with("setting", row.key()).with("now", row.value()).with("afterRestart", row.wanted())).toList();
            output.print(new Report().with("bus", bus.name()).with("pid", daemon.pid())
                    .with("outcome", outcome.name().toLowerCase(Locale.ROOT)).with("settingsGeneration", generation)
                    .with("settingsErrors", daemon.value(DaemonCounter.SETTINGS_ERRORS))
                    .with("changed", changed).with("needRestart", waiting),
                    "reloaded: " + who + " has settings generation " + generation + sentence("; changed",
                            changed, "now") + sentence("; a restart is needed for", waiting, "afterRestart"));
        } else {
            output.say(who + (outcome == Outcome.REFUSED ? " refused the settings and keeps those it had; its log names"
                    + " the file, the line and what is allowed" : " did not answer within "
                    + DurationText.format(timeoutNs.get()) + "; it may be stopped or starved, see 'tickbus stat'"));
        }
        return isDone ? Tickbus.DONE : Tickbus.FAILED;
    }

    private static List<Report> changed(List<EffectiveSettings.Row> former, List<EffectiveSettings.Row> settings) {
        List<Report> changed = new ArrayList<>();
        for (int i = 0; i < Math.min(former.size(), settings.size()); i++) {
            if (!former.get(i).value().equals(settings.get(i).value())) {
                changed.add(new Report().with("setting", settings.get(i).key()).with("before", former.get(i).value())
                        .with("now", settings.get(i).value()));
            }
        }
        return changed;
    }

    private static String sentence(String what, List<Report> settings, String value) {
        return settings.isEmpty() ? "" : settings.stream().map(each -> each.get("setting") + "=" + each.get(value))
                .collect(Collectors.joining(", ", what + " ", ""));
    }

    private Outcome reload(DaemonProcess daemon) {
        long generation = daemon.value(DaemonCounter.SETTINGS_GENERATION);
        long errors = daemon.value(DaemonCounter.SETTINGS_ERRORS);
        daemon.hangUp();
        long startNs = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            // Before the clock, so that an answer in the last moment counts.
            boolean isOver = System.nanoTime() - startNs >= timeoutNs.get();
            if (daemon.value(DaemonCounter.SETTINGS_GENERATION) != generation) {
                return Outcome.RELOADED;
            }
            if (daemon.value(DaemonCounter.SETTINGS_ERRORS) != errors) {
                return Outcome.REFUSED;
            }
            if (isOver) {
                break;
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
        return Outcome.UNANSWERED;
    }
}
