package io.tickbus.cli.reload;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Durations;
import io.tickbus.cli.JsonObject;
import io.tickbus.cli.JsonOutput;
import io.tickbus.cli.Tickbus;
import io.tickbus.publisher.daemon.DaemonCounter;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Has a daemon read its settings again, and says what came of it. */
@Command(name = "reload",
        description = "Have a bus's daemon read its settings file again, without a restart.",
        footer = {
            "",
            "Examples:",
            "  tickbus reload",
            "  tickbus reload md --json",
            "",
            "The daemon gets SIGHUP, as 'kill -HUP' sends it, but only if it is surely the daemon of that bus.",
            "Exit code 1 when the daemon refuses the settings, and goes on with those it had, or does not answer."})
public final class ReloadCommand implements Callable<Integer> {
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private enum Outcome { RELOADED, REFUSED, UNANSWERED }

    @Spec
    private CommandSpec spec;
    @Mixin
    private BusArgument bus;
    @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "2s", converter = Durations.Converter.class,
            description = "How long to wait for the daemon's answer; default ${DEFAULT-VALUE}.")
    private long timeoutNs;
    @Option(names = "--json", description = "Print an object.")
    private boolean isJson;

    @Override
    public Integer call() {
        DaemonProcess daemon = DaemonProcess.of(bus.directory());
        Outcome outcome = reload(daemon);
        if (isJson) {
            JsonOutput.print(spec.commandLine().getOut(), new JsonObject().with("bus", bus.name())
                    .with("pid", daemon.pid())
                    .with("outcome", outcome.name().toLowerCase(Locale.ROOT))
                    .with("settingsGeneration", daemon.value(DaemonCounter.SETTINGS_GENERATION))
                    .with("settingsErrors", daemon.value(DaemonCounter.SETTINGS_ERRORS)));
        } else {
            print(daemon, outcome);
        }
        return outcome == Outcome.RELOADED ? Tickbus.DONE : Tickbus.FAILED;
    }

    private Outcome reload(DaemonProcess daemon) {
        long generation = daemon.value(DaemonCounter.SETTINGS_GENERATION);
        long errors = daemon.value(DaemonCounter.SETTINGS_ERRORS);
        daemon.hangUp();
        long startNs = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            // Before the clock, so that an answer in the last moment counts.
            boolean isOver = System.nanoTime() - startNs >= timeoutNs;
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

    private void print(DaemonProcess daemon, Outcome outcome) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        String who = "the daemon pid=" + daemon.pid();
        switch (outcome) {
            case RELOADED -> out.println("reloaded: " + who + " has settings generation "
                    + daemon.value(DaemonCounter.SETTINGS_GENERATION));
            case REFUSED -> err.println("tickbus: " + who + " refused the settings and goes on with those it had; its "
                    + "log names the file, the line and what is allowed");
            case UNANSWERED -> err.println("tickbus: " + who + " did not answer within " + Durations.format(timeoutNs)
                    + "; it may be stopped or starved, see 'tickbus stat'");
        }
        out.flush();
        err.flush();
    }
}
