// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.profile;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Durations;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PathText;
import io.tickbus.cli.Report;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.stat.BusReader;
import io.tickbus.cli.stat.BusSnapshot;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.platform.ProcessIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Writes a flame graph of a process that uses a bus. */
public final class ProfileCommand implements Command {
    private static final long LONGEST_NS = TimeUnit.HOURS.toNanos(1);

    /** What is sampled. */
    private enum Event {
        /** Threads that run. */
        CPU,
        /** All threads, also those that wait. */
        WALL
    }

    private final BusOptions bus;
    private final Option<Long> seconds;
    private final Option<Path> file;
    private final Option<Long> pid;
    private final Option<Event> event;
    private final OutputOptions output;

    /** Says what it takes. */
    public ProfileCommand(CommandSpec command) {
        seconds = command.option("--seconds", "N", Durations::parseSeconds, "For how long.").standard("10");
        file = command.option("-o", "FILE", PathText::parse, "Where the page goes.").standard("flame.html");
        pid = command.option("--pid", "PID", ProfileCommand::pid, "The process; without it the publisher of the bus.");
        event = command.choice("--event", Event.class, "Threads while they run, or all threads all the time.")
                .standard("cpu");
        bus = new BusOptions(command);
        output = new OutputOptions(command);
        command.footer("""
                The process gets async-profiler loaded, which samples it until the time is over or Ctrl-C. It must be
                of your user: root profiles another user's with sudo -u USER. --event cpu shows what costs processor
                time, --event wall what threads wait for. Each thread has a tower of its own. Below the graph are
                the stalls and the late firings of that time.

                Examples:
                  tickbus profile --bus md --seconds 30 -o md.html
                  tickbus profile --pid 4711 --bus md --event wall      a client of that bus""");
    }

    private static long pid(String text) {
        if (!text.matches("[1-9][0-9]{0,9}")) {
            throw new IllegalArgumentException("a process id is a number: pid=" + text);
        }
        return Long.parseLong(text);
    }

    @Override
    public int run() {
        long durationNs = seconds.get();
        if (durationNs <= 0 || durationNs > LONGEST_NS) {
            throw new IllegalArgumentException("a profile takes more than 0 and at most 3600 seconds: seconds="
                    + durationNs / 1e9);
        }
        long process = pid.isGiven() ? pid.get() : publisher();
        String name = event.get().name().toLowerCase(Locale.ROOT);
        Path page = file.get().toAbsolutePath();
        if (page.getParent() == null || !Files.isWritable(page.getParent())) {
            throw new IllegalArgumentException("the folder of the page is missing, or cannot be written to; name a "
                    + "file that can be written: -o " + page);
        }
        boolean isOfBus = !pid.isGiven() || bus.isBusNamed();
        try (Profiler profiler = Profiler.attach(process)) {
            ProfilePage meanwhile = isOfBus ? ProfilePage.begin(new BusReader(bus.directory())) : null;
            profiler.start(name);
            output.say("profiling pid=" + process + " for " + DurationText.format(durationNs)
                    + "; Ctrl-C ends it earlier");
            sleep(durationNs);
            profiler.stop(page, "tickbus pid=" + process + " " + name);
            if (meanwhile != null) {
                meanwhile.complete(page);
            }
        }
        output.print(new Report().with("pid", process).with("file", page.toString()), "flame graph of pid=" + process
                + " is in " + page);
        return Tickbus.DONE;
    }

    /** A process of another pid namespace has another number here, which its file does not tell. */
    private long publisher() {
        BusSnapshot read = new BusReader(bus.directory()).read();
        if (read.refusal() != null) {
            throw read.refusal();
        }
        ProcessIdentity publisher = read.signals().publisher();
        if (!ProcessIdentity.of(publisher.pid()).equals(publisher)) {
            throw new BusException(Reason.NOT_FOUND, "bus '" + bus.name() + "'", "its publisher pid=" + publisher.pid()
                    + " does not run, or not in this pid namespace", "start it, or name it with --pid");
        }
        return publisher.pid();
    }

    private static void sleep(long durationNs) {
        Thread sleeper = Thread.currentThread();
        try (ShutdownHook stop = ShutdownHook.listen(sleeper::interrupt)) {
            if (!stop.isRequested()) {
                TimeUnit.NANOSECONDS.sleep(durationNs);
            }
        } catch (InterruptedException e) {
            // Ctrl-C: what was sampled until now is written.
            return;
        }
    }
}
