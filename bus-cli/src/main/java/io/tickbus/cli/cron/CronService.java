// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.cron;

import io.tickbus.cli.run.OverlappingRun;
import io.tickbus.cli.run.ProgramRun;
import io.tickbus.cli.run.ProgramRunner;
import io.tickbus.client.ArmedTimer;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberListener;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a timer with the schedule of each line of a crontab at the daemon, runs the line's command when it fires, and
 * follows the file. Lines do not wait for each other; a line whose file was edited keeps what runs.
 *
 * <p>What the daemon has armed is compared with the lines every few seconds. So a daemon that was restarted and a
 * command that was refused are the same case: a timer is missing or has another schedule.
 *
 * <p><b>Threads:</b> {@link #run} one; commands are awaited by a thread for each line.
 */
final class CronService {
    private static final long ANSWER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(8);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long CHECK_NS = TimeUnit.SECONDS.toNanos(1);
    /** Checks of the file between two comparisons with the daemon. */
    private static final int CHECKS = 5;
    private static final int MOST_SIGNALS = 256;
    private static final String SHELL = "SHELL";

    private final Path file;
    private final BusDirectory directory;
    private final Options options;
    private final Listener listener;
    private final Map<Long, CronLine> lines = new HashMap<>();
    /** Of lines that are there no more too, while their commands run. */
    private final Map<Long, ProgramRunner> runners = new HashMap<>();
    private SignalSubscriber subscriber;
    private TimerClient timers;
    private Object fileState;
    private boolean isSeenEmpty;
    private String lastProblem;
    private long nextCheckNs;
    private int checksLeft;
    private volatile boolean isStopped;

    /** {@code prefix}: what stands before the shell in the line of each program; {@code zone}: of lines without one. */
    record Options(int signalId, String name, Durability durability, OverlappingRun overlap, long timeoutNs,
            List<String> prefix, HostZone zone) {
    }

    /** Callbacks. */
    interface Listener {
        /** By the thread that serves. */
        void say(String sentence);

        /** By the thread that serves: a line is due while its command runs. */
        void skipped(CronLine line);

        /** By a thread of the line: a command has ended. */
        void ended(CronLine line, ProgramRun run);
    }

    CronService(Path file, BusDirectory directory, Options options, Listener listener) {
        this.file = file;
        this.directory = directory;
        this.options = options;
        this.listener = listener;
    }

    void stop() {
        isStopped = true;
    }

    /**
     * Serves the file until stopped.
     *
     * @throws BusException if there is no daemon, or it refuses a timer at once
     */
    void run() throws IOException {
        fileState = stateOfFile();
        CronFile first = CronFile.read(file, options.zone().current());
        if (!first.problems().isEmpty()) {
            throw new IllegalArgumentException(first.problems().get(0) + ": file=" + file);
        }
        SubscriberOptions reading = SubscriberOptions.defaults().withSignalIds(options.signalId())
                .withListener(new SubscriberListener() {
                    @Override
                    public void onLoss(long firstSequence, long count) {
                        listener.say("lost " + count + " signals from sequence " + firstSequence + " on");
                    }
                });
        // First, so that no firing comes before anybody reads signals.
        try (SignalSubscriber signals = SignalSubscriber.attach(directory, reading);
                TimerClient client = TimerClient.connect(directory, TimerClientOptions.defaults()
                        .withName(options.name()).withConnectTimeoutNs(CONNECT_TIMEOUT_NS))) {
            subscriber = signals;
            timers = client;
            replace(first.lines());
            compare();
            listener.say("serving " + lines.size() + " lines of " + file);
            subscriber.run(() -> {
                subscriber.await(this::fired, MOST_SIGNALS, TURN_NS);
                check();
                return !isStopped;
            });
        } finally {
            runners.values().forEach(ProgramRunner::stop);
            runners.values().forEach(ProgramRunner::close);
        }
    }

    private void replace(List<CronLine> newLines) {
        lines.clear();
        newLines.forEach(line -> lines.put(line.key(), line));
        checksLeft = 0;
    }

    /** Makes the daemon's timers those of the lines. */
    private void compare() {
        Map<Long, ArmedTimer> armed = new HashMap<>();
        for (ArmedTimer timer : timers.list(false, ANSWER_TIMEOUT_NS)) {
            if (timer.signalId() == options.signalId()) {
                armed.put(timer.key(), timer);
            }
        }
        for (long key : armed.keySet()) {
            if (!lines.containsKey(key)) {
                timers.call(new TimerCommand().cancel(key), ANSWER_TIMEOUT_NS);
            }
        }
        for (CronLine line : lines.values()) {
            if (!isLine(armed.get(line.key()), line)) {
                arm(line);
            }
        }
        runners.entrySet().removeIf(entry -> isOver(entry.getKey(), entry.getValue()));
    }

    /** Whether an armed timer, or null, is what a line is to be. */
    private boolean isLine(ArmedTimer timer, CronLine line) {
        return timer != null && timer.schedule().equals(line.schedule().definition().text())
                && timer.arming().durability() == options.durability();
    }

    private boolean isOver(long key, ProgramRunner runner) {
        boolean isOver = !lines.containsKey(key) && runner.isIdle();
        if (isOver) {
            runner.retire();
        }
        return isOver;
    }

    private void arm(CronLine line) {
        TimerReply reply = timers.call(new TimerCommand().calendar(line.key(), options.signalId(), line.schedule())
                .durability(options.durability()), ANSWER_TIMEOUT_NS);
        if (reply.code() != ReplyCode.ARMED) {
            throw new BusException(Reason.BAD_SETTINGS, "line " + line.number() + " of " + file,
                    "the daemon refuses its timer: " + reply.reason().sentence(),
                    options.durability() == Durability.NONE ? "see its quotas"
                            : "give it a journal, or serve the file with --durable none");
        }
    }

    private void fired(SignalRecord signal) {
        CronLine line = lines.get(signal.key());
        if (line == null || !timers.isMine(signal)) {
            return;
        }
        run(line, signal);
        if (signal.missed() > 0) {
            listener.say("line " + line.number() + " was due " + signal.missed() + " more times, which are not run: "
                    + "the host or the daemon stood still, or the clock was set");
        }
        if ((signal.flags() & SignalRecordLayout.FLAG_LAST) != 0) {
            // Somebody else has armed it.
            checksLeft = 0;
        }
    }

    private void run(CronLine line, SignalRecord signal) {
        List<String> program = new ArrayList<>(options.prefix());
        program.addAll(List.of(line.environment().getOrDefault(SHELL, "/bin/sh"), "-c", line.command()));
        ProgramRun run = new ProgramRun(program, directory.name(), signal);
        run.environment.putAll(line.environment());
        ProgramRunner runner = runners.computeIfAbsent(line.key(), key -> new ProgramRunner(options.overlap(),
                options.timeoutNs(), ended -> listener.ended(line, ended)).start());
        runner.check();
        if (!runner.offer(run)) {
            listener.skipped(line);
        }
    }

    /** Says once what the daemon answers, and compares again soon. */
    private void attempt(Runnable action) {
        try {
            action.run();
            lastProblem = null;
        } catch (BusException e) {
            String problem = e.getMessage();
            if (!problem.equals(lastProblem)) {
                lastProblem = problem;
                listener.say(problem);
            }
            checksLeft = Math.min(checksLeft, 1);
            if (e.reason() == Reason.DISCONNECTED || e.reason() == Reason.TIMEOUT) {
                reconnect();
            }
        }
    }

    private void reconnect() {
        try {
            timers.reconnect();
            listener.say("connected again");
        } catch (BusException e) {
            // The next comparison tries again.
            checksLeft = 1;
        }
    }

    private void check() {
        long nowNs = System.nanoTime();
        if (nextCheckNs - nowNs > 0) {
            return;
        }
        nextCheckNs = nowNs + CHECK_NS;
        Object state = stateOfFile();
        if (!state.equals(fileState)) {
            fileState = state;
            reload();
        }
        if (checksLeft-- <= 0) {
            checksLeft = CHECKS;
            attempt(this::compare);
        }
    }

    /** What changes when a file does, or the zone of its lines. */
    private Object stateOfFile() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return List.of(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()),
                    options.zone().current());
        } catch (IOException e) {
            return "missing";
        }
    }

    private void reload() {
        CronFile read;
        try {
            read = CronFile.read(file, options.zone().current());
        } catch (IOException e) {
            listener.say(file + " cannot be read, and its lines stay as they were: " + BusException.why(e));
            return;
        }
        if (read.lines().isEmpty() && !lines.isEmpty() && !isSeenEmpty) {
            // Perhaps it is just being written.
            isSeenEmpty = true;
            fileState = null;
            return;
        }
        isSeenEmpty = false;
        if (read.problems().isEmpty()) {
            replace(read.lines());
            listener.say("read " + file + " again: " + lines.size() + " lines");
        } else {
            read.problems().forEach(problem -> listener.say(problem + "; nothing changes"));
        }
    }
}
