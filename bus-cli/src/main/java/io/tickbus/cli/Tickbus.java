// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.cli.clock.ClockCommand;
import io.tickbus.cli.daemon.DaemonCommand;
import io.tickbus.cli.demo.DemoCommand;
import io.tickbus.cli.demo.DemoSubscriber;
import io.tickbus.cli.doctor.DoctorCommand;
import io.tickbus.cli.dump.DumpCommand;
import io.tickbus.cli.journal.JournalCommand;
import io.tickbus.cli.journal.ReplayCommand;
import io.tickbus.cli.publish.PublishCommand;
import io.tickbus.cli.reload.ReloadCommand;
import io.tickbus.cli.remove.RemoveCommand;
import io.tickbus.cli.stat.StatCommand;
import io.tickbus.cli.tail.TailCommand;
import io.tickbus.cli.timer.ArmCommand;
import io.tickbus.cli.timer.ListCommand;
import io.tickbus.cli.timer.TimerKeyCommands;
import io.tickbus.core.timer.MisfirePolicy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The {@code tickbus} executable: every command is a class of its own.
 *
 * <p>Exit codes: {@link #DONE}, {@link #FAILED}, {@link #WRONG_USAGE}.
 */
@Command(name = "tickbus", scope = ScopeType.INHERIT, mixinStandardHelpOptions = true, sortOptions = false,
        versionProvider = Version.class, usageHelpAutoWidth = true, usageHelpWidth = 100,
        description = "A bus of timer signals between the processes of one host, over shared memory.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DemoCommand.class, DaemonCommand.class, TailCommand.class, PublishCommand.class,
            ArmCommand.class, TimerKeyCommands.Cancel.class, TimerKeyCommands.Pause.class,
            TimerKeyCommands.Resume.class, ListCommand.class,
            StatCommand.class, RemoveCommand.class, ReloadCommand.class, ReplayCommand.class, JournalCommand.class,
            DumpCommand.class, ClockCommand.class, DoctorCommand.class,
            CommandLine.HelpCommand.class, DemoSubscriber.class},
        footer = {
            "",
            "Exit codes: 0 done, 1 the thing asked for failed, 2 wrong usage.",
            "Environment: TICKBUS_DIR names another root than /dev/shm/tickbus-UID, TICKBUS_DEBUG=1 is",
            "--debug, NO_COLOR=1 prints without colours.",
            "",
            "To begin, in two terminals:",
            "  tickbus daemon --every 1ms:42",
            "  tickbus tail",
            "and a timer of your own: tickbus arm --key 7 --signal 43 --in 1s --wait",
            "Benchmarks, from a checkout: ./tickbus bench --help"})
public final class Tickbus implements Runnable {
    /** Exit code: done. */
    public static final int DONE = 0;
    /** Exit code: the thing asked for failed. */
    public static final int FAILED = 1;
    /** Exit code: wrong usage. */
    public static final int WRONG_USAGE = 2;

    /** What Java puts into an argument in the place of bytes that it cannot decode. */
    private static final char UNDECODABLE = '\uFFFD';
    private static final String DEBUG_VARIABLE = "TICKBUS_DEBUG";

    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print the stack trace of an error.")
    private boolean isDebug;

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        Terminal.useReadableEncoding();
        int exitCode = commandLine(Terminal.writer(System.out), Terminal.writer(System.err)).execute(args);
        ShutdownHook.finish(exitCode);
        System.exit(exitCode);
    }

    /** The command line with all commands, printing to these writers; for tests and for embedding. */
    public static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        Tickbus root = new Tickbus();
        CommandLine commandLine = new CommandLine(root)
                .setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Terminal.hasColours() ? Ansi.ON : Ansi.OFF))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setExecutionStrategy(Tickbus::execute)
                .setExecutionExceptionHandler((e, command, parsed) -> ErrorReporter.of(e, command,
                        parsed.originalArgs(), root.isDebugging()))
                .setParameterExceptionHandler((e, args) -> ErrorReporter.ofUsage(e, args, root.isDebugging()));
        IntegerConverter.registerTo(commandLine);
        return commandLine.registerConverter(Path.class, PathText::parse)
                .registerConverter(MisfirePolicy.class, Tickbus::misfirePolicy);
    }

    /** Runs the last command of the line, or prints its help, to the last byte. */
    private static int execute(ParseResult parsed) {
        CommandLine command = parsed.commandSpec().commandLine();
        for (String arg : parsed.originalArgs()) {
            if (arg.indexOf(UNDECODABLE) >= 0) {
                throw new ParameterException(command, "an argument has letters that this locale's character set ("
                        + System.getProperty("sun.jnu.encoding") + ") does not have, so they did not arrive; set "
                        + "LC_ALL=C.UTF-8 or another UTF-8 locale: argument=" + arg);
            }
        }
        try {
            int exitCode = new CommandLine.RunLast().execute(parsed);
            command.getOut().flush();
            return exitCode;
        } catch (Output.Lost e) {
            throw new ExecutionException(command, e.getMessage(), e);
        }
    }

    /** As it is typed: {@code fire-once}. */
    private static MisfirePolicy misfirePolicy(String text) {
        try {
            return MisfirePolicy.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException("a misfire policy is one of fire-once, skip, fire-all: "
                    + "misfire=" + text);
        }
    }

    private boolean isDebugging() {
        String variable = System.getenv(DEBUG_VARIABLE);
        return isDebug || (variable != null && !variable.isBlank() && !variable.equals("0"));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }
}
