// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.cli.calendar.CalendarCommand;
import io.tickbus.cli.clock.ClockCommand;
import io.tickbus.cli.config.ConfigCommand;
import io.tickbus.cli.cron.CronCommand;
import io.tickbus.cli.daemon.DaemonCommand;
import io.tickbus.cli.demo.DemoCommand;
import io.tickbus.cli.demo.DemoSubscriber;
import io.tickbus.cli.doctor.DoctorCommand;
import io.tickbus.cli.dump.DumpCommand;
import io.tickbus.cli.journal.JournalCommand;
import io.tickbus.cli.journal.ReplayCommand;
import io.tickbus.cli.late.LateCommand;
import io.tickbus.cli.metrics.MetricsCommand;
import io.tickbus.cli.profile.ProfileCommand;
import io.tickbus.cli.publish.PublishCommand;
import io.tickbus.cli.reload.ReloadCommand;
import io.tickbus.cli.remove.RemoveCommand;
import io.tickbus.cli.run.RunCommand;
import io.tickbus.cli.stat.StatCommand;
import io.tickbus.cli.tail.TailCommand;
import io.tickbus.cli.timer.ArmCommand;
import io.tickbus.cli.timer.CancelCommand;
import io.tickbus.cli.timer.ListCommand;
import io.tickbus.cli.timer.PauseCommand;
import io.tickbus.cli.top.TopCommand;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code tickbus} executable: every command is a class of its own, and only the one that is asked for is made.
 *
 * <p>Exit codes: {@link #DONE}, {@link #FAILED}, {@link #WRONG_USAGE}.
 */
public final class Tickbus {
    /** Exit code: done. */
    public static final int DONE = 0;
    /** Exit code: the thing asked for failed. */
    public static final int FAILED = 1;
    /** Exit code: wrong usage. */
    public static final int WRONG_USAGE = 2;

    private static final String[][] COMMANDS = {
        {"demo", "Run a timer in one process and receive it in another, waiting in turn predictively, spinning, "
                + "parked, and for kill + sigwaitinfo; show latency, lateness and CPU of each."},
        {"daemon", "Own a bus and keep timers, given here or armed by clients, until Ctrl-C or SIGTERM."},
        {"tail", "Print the signals of a bus as they come, until Ctrl-C."},
        {"publish", "Publish one signal or a burst. Owns the bus while it runs: a bus has one publisher."},
        {"arm", "Arm a timer: the bus's daemon publishes a signal when it is due."},
        {"cancel", "Cancel a timer."},
        {"pause", "Pause a timer until 'tickbus resume'."},
        {"resume", "Resume a timer that 'tickbus pause' has paused."},
        {"list", "List the timers that are armed, by when they are due, paused ones last."},
        {"stat", "Show all buses in a table, or one in full, and what is wrong with them."},
        {"top", "Show a bus on a screen that is drawn again and again: rates, lateness, clients, the host."},
        {"profile", "Write a flame graph of a bus's daemon, or of a client."},
        {"late", "List the firings that were late, and why."},
        {"remove", "Remove a bus that has no publisher: its files and its directory."},
        {"metrics", "Serve the metrics of buses to Prometheus, until Ctrl-C or SIGTERM."},
        {"reload", "Have a bus's daemon read its settings file again, without a restart."},
        {"config", "Check a settings file, show the settings that are in force and where each comes from, or print a "
                + "sample."},
        {"calendar", "Say when an expression of cron or systemd is due, in any time zone."},
        {"run", "Run a program at each signal, such as a backup at each firing of a timer, until Ctrl-C."},
        {"cron", "Serve a crontab: each line is a timer of a bus's daemon, and its command runs when that fires."},
        {"replay", "Print what a journal has recorded, or publish it again on another bus."},
        {"journal", "Check whether a journal is whole, or count what it contains. Changes nothing."},
        {"dump", "Show what a signals file contains, byte by byte: also of a dead, foreign or damaged bus."},
        {"clock", "Show the clock sources of this host, their rating, and what reading each clock costs."},
        {"doctor", "Report what on this host costs precision, and how to fix it. Takes about two seconds."},
        {"help", "Explain a command: the same as COMMAND --help."},
        {"demo-subscriber", ""},
        {"archive-training", ""},
    };
    private static final String FOOTER = """
        Exit codes: 0 done, 1 the thing asked for failed, 2 wrong usage or settings.

        Environment: TICKBUS_DIR names another root than /dev/shm/tickbus-UID, TICKBUS_DEBUG=1 is
        --debug, NO_COLOR=1 prints without colours.

        To begin, in two terminals:
          tickbus daemon --every 1ms:42
          tickbus tail
        and a timer of your own:
          tickbus arm --key 7 --signal 43 --in 1s --wait

        Many hosts, from a checkout: ./tickbus cluster --help, ./tickbus relay --help
        Benchmarks, from a checkout: ./tickbus bench --help""";

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        execute(group(), args);
    }

    /** Runs one command of a program, and ends the process with its exit code. */
    public static void execute(CommandGroup program, String... args) {
        // JNA asks ldconfig for folders of libraries, in a process; the one library used is part of this process.
        System.setProperty("jna.platform.library.path", "");
        Terminal.useReadableEncoding();
        int exitCode = program.run(Terminal.writer(System.out), Terminal.writer(System.err), List.of(args));
        ShutdownHook.finish(exitCode);
        System.exit(exitCode);
    }

    /** Runs one command, which prints to these writers, to the last byte; returns the exit code. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        return group().run(out, err, List.of(args));
    }

    /** All commands, the tool itself first, for manual pages and completion. */
    static List<CommandSpec> describe() {
        return group().describe();
    }

    private static CommandGroup group() {
        Map<String, String> commands = new LinkedHashMap<>();
        for (String[] command : COMMANDS) {
            commands.put(command[0], command[1]);
        }
        return new CommandGroup("tickbus", "A bus of timer signals between the processes of one host, over shared "
                + "memory.", FOOTER, commands, Tickbus::create);
    }

    private static Command create(String name, CommandSpec spec) {
        return switch (name) {
            case "demo" -> new DemoCommand(spec);
            case "demo-subscriber" -> new DemoSubscriber(spec);
            case "archive-training" -> new ArchiveTraining();
            case "daemon" -> new DaemonCommand(spec);
            case "tail" -> new TailCommand(spec);
            case "publish" -> new PublishCommand(spec);
            case "arm" -> new ArmCommand(spec);
            case "cancel" -> new CancelCommand(spec);
            case "pause" -> PauseCommand.pause(spec);
            case "resume" -> PauseCommand.resume(spec);
            case "list" -> new ListCommand(spec);
            case "stat" -> new StatCommand(spec);
            case "top" -> new TopCommand(spec);
            case "profile" -> new ProfileCommand(spec);
            case "late" -> new LateCommand(spec);
            case "remove" -> new RemoveCommand(spec);
            case "metrics" -> new MetricsCommand(spec);
            case "reload" -> new ReloadCommand(spec);
            case "config" -> new ConfigCommand(spec);
            case "calendar" -> new CalendarCommand(spec);
            case "run" -> new RunCommand(spec);
            case "cron" -> new CronCommand(spec);
            case "replay" -> new ReplayCommand(spec);
            case "journal" -> new JournalCommand(spec);
            case "dump" -> new DumpCommand(spec);
            case "clock" -> new ClockCommand(spec);
            default -> new DoctorCommand(spec);
        };
    }
}
