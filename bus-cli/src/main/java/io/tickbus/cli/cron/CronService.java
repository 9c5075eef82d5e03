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
import io.tickbus.core.calendar.CalendarSchedule;
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
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a timer for each line of a crontab at its next instant, runs the line's command when it fires, and follows the
 * file. One line never runs twice at a time unless it is told to; lines do not wait for each other.
 *
 * <p><b>Threads:</b> {@link #run} one; commands are awaited by a thread for each line.
 */
final class CronService {
    private static final long ANSWER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(8);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long CHECK_NS = TimeUnit.SECONDS.toNanos(1);
    private static final String SHELL = "SHELL";

    private final Path file;
    private final BusDirectory directory;
    private final Options options;
    private final Listener listener;
    private final Map<Long, Job> jobs = new HashMap<>();
    /** Those of lines that are gone included, whose commands may still run. */
    private final List<ProgramRunner> runners = new ArrayList<>();
    private TimerClient timers;
    private Object fileState;
    private long nextCheckNs;
    private boolean isInStep;
    private volatile boolean isStopped;

    /** {@code prefix}: what stands before the shell in the line of each program. */
    record Options(int signalId, String name, Durability durability, OverlappingRun overlap, long timeoutNs,
            List<String> prefix) {
    }

    /** Gets to know what happens. */
    interface Listener {
        /** By the thread that serves. */
        void say(String sentence);

        /** By a thread of the line: a command has ended. */
        void ended(CronLine line, ProgramRun run);
    }

    /** A line, the instant that its timer is armed for, and what runs its command. */
    private static final class Job {
        final CronLine line;
        final ProgramRunner runner;
        long instant = CalendarSchedule.NONE;

        Job(CronLine line, ProgramRunner runner) {
            this.line = line;
            this.runner = runner;
        }
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

    /** Serves the file until stopped. */
    void run(CronFile first) {
        fileState = stateOfFile();
        SubscriberOptions reading = SubscriberOptions.defaults().withSignalIds(options.signalId())
                .withListener(new SubscriberListener() {
                    @Override
                    public void onLoss(long firstSequence, long count) {
                        listener.say("lost " + count + " signals from sequence " + firstSequence + " on");
                        isInStep = false;
                    }
                });
        // First, so that no firing comes before anybody reads signals.
        try (SignalSubscriber subscriber = SignalSubscriber.attach(directory, reading);
                TimerClient client = TimerClient.connect(directory, TimerClientOptions.defaults()
                        .withName(options.name()).withConnectTimeoutNs(CONNECT_TIMEOUT_NS))) {
            timers = client;
            replace(first.lines());
            step();
            listener.say("serving " + jobs.size() + " lines of " + file);
            subscriber.run(() -> {
                subscriber.await(this::fired, 1, TURN_NS);
                check();
                return !isStopped;
            });
        } finally {
            runners.forEach(ProgramRunner::close);
        }
    }

    /** Replaces the lines; those that stay the same keep their timers and what they run. */
    private void replace(List<CronLine> lines) {
        Map<Long, Job> former = new HashMap<>(jobs);
        jobs.clear();
        for (CronLine line : lines) {
            Job job = former.remove(line.key());
            if (job == null || !job.line.isSame(line)) {
                if (job != null) {
                    job.runner.retire();
                }
                job = new Job(line, runner(line));
            }
            jobs.put(line.key(), job);
        }
        former.values().forEach(job -> job.runner.retire());
        isInStep = false;
    }

    private ProgramRunner runner(CronLine line) {
        List<String> program = new ArrayList<>(options.prefix());
        program.addAll(List.of(line.environment().getOrDefault(SHELL, "/bin/sh"), "-c", line.command()));
        runners.removeIf(ProgramRunner::isOver);
        ProgramRunner runner = new ProgramRunner(program, options.overlap(), options.timeoutNs(),
                run -> listener.ended(line, run)).start();
        runners.add(runner);
        return runner;
    }

    /** Brings the daemon's timers in step with the lines. */
    private void step() {
        try {
            Map<Long, ArmedTimer> armed = new HashMap<>();
            for (ArmedTimer timer : timers.list(false, ANSWER_TIMEOUT_NS)) {
                armed.put(timer.key(), timer);
            }
            for (ArmedTimer timer : armed.values()) {
                if (!jobs.containsKey(timer.key()) && timer.signalId() == options.signalId()) {
                    timers.call(new TimerCommand().cancel(timer.key()), ANSWER_TIMEOUT_NS);
                }
            }
            for (Job job : jobs.values()) {
                if (!armed.containsKey(job.line.key())) {
                    arm(job, now());
                } else if (job.instant == CalendarSchedule.NONE) {
                    // Armed by an earlier process, for a time that may have passed.
                    long leftNs = armed.get(job.line.key()).deadlineNs() - System.nanoTime();
                    job.instant = now() + TimeUnit.NANOSECONDS.toSeconds(leftNs);
                }
            }
            isInStep = true;
        } catch (BusException e) {
            if (e.reason() == Reason.BAD_SETTINGS) {
                throw e;
            }
            listener.say(e.getMessage());
            reconnect();
        }
    }

    private void reconnect() {
        try {
            timers.reconnect();
        } catch (BusException e) {
            // The next check tries again.
            isInStep = false;
        }
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }

    /** Arms a line's timer for its first instant later than {@code after}. */
    private void arm(Job job, long after) {
        job.instant = job.line.schedule().next(after);
        if (job.instant == CalendarSchedule.NONE) {
            return;
        }
        TimerReply reply = timers.call(new TimerCommand()
                .armAt(job.line.key(), options.signalId(), TimeUnit.SECONDS.toNanos(job.instant))
                .durability(options.durability()), ANSWER_TIMEOUT_NS);
        if (reply.code() != ReplyCode.ARMED) {
            throw new BusException(Reason.BAD_SETTINGS, "line " + job.line.number() + " of " + file,
                    "the daemon refuses its timer: " + reply.reason().sentence(), options.durability()
                            == Durability.NONE ? "see its quotas" : "give it a journal, or serve the file with "
                                    + "--durable none");
        }
    }

    private void fired(SignalRecord signal) {
        Job job = jobs.get(signal.key());
        if (job == null || !timers.isMine(signal)) {
            return;
        }
        ProgramRun run = new ProgramRun(directory.name(), signal);
        run.environment.putAll(job.line.environment());
        if (!job.runner.offer(run)) {
            listener.say("line " + job.line.number() + " is due, and its command still runs: skipped");
        }
        long now = now();
        long due = job.instant == CalendarSchedule.NONE ? now : job.instant;
        long skipped = 0;
        for (long next = job.line.schedule().next(due); next < now; next = job.line.schedule().next(next)) {
            skipped++;
        }
        if (skipped > 0) {
            listener.say("line " + job.line.number() + " was due " + skipped + " more times, which are not run: the "
                    + "host or this process stood still, or the clock was set");
        }
        try {
            arm(job, Math.max(due, now - 1));
        } catch (BusException e) {
            listener.say(e.getMessage());
            isInStep = false;
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
        if (!isInStep) {
            step();
        }
    }

    /** What changes when a file does. */
    private Object stateOfFile() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return List.of(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
        } catch (IOException e) {
            return "missing";
        }
    }

    private void reload() {
        CronFile read;
        try {
            read = CronFile.read(file, ZoneId.systemDefault());
        } catch (IOException e) {
            listener.say(file + " cannot be read, and its lines stay as they were: "
                    + BusException.why(e));
            return;
        }
        if (read.problems().isEmpty()) {
            replace(read.lines());
            listener.say("read " + file + " again: " + jobs.size() + " lines");
        } else {
            read.problems().forEach(problem -> listener.say(problem + "; the lines stay as they were"));
        }
    }
}
