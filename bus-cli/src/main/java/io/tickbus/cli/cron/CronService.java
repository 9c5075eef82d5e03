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
 * file. Lines do not wait for each other; a line whose file was edited keeps what runs.
 *
 * <p>What the daemon has armed is compared with the lines every few seconds. So a daemon that was restarted, a clock
 * that was set, and a command that was refused are the same case: a timer is missing or stands at another instant.
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
    private final Map<Long, Job> jobs = new HashMap<>();
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

    /** {@code prefix}: what stands before the shell in the line of each program. */
    record Options(int signalId, String name, Durability durability, OverlappingRun overlap, long timeoutNs,
            List<String> prefix) {
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

    /** A line, and the instant that its timer is armed for. */
    private static final class Job {
        CronLine line;
        long instant = CalendarSchedule.NONE;

        Job(CronLine line) {
            this.line = line;
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

    /**
     * Serves the file until stopped.
     *
     * @throws BusException if there is no daemon, or it refuses a timer at once
     */
    void run() throws IOException {
        fileState = stateOfFile();
        CronFile first = CronFile.read(file, ZoneId.systemDefault());
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
            listener.say("serving " + jobs.size() + " lines of " + file);
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

    private void replace(List<CronLine> lines) {
        Map<Long, Job> former = new HashMap<>(jobs);
        jobs.clear();
        for (CronLine line : lines) {
            Job job = former.getOrDefault(line.key(), new Job(line));
            job.line = line;
            jobs.put(line.key(), job);
        }
        checksLeft = 0;
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }

    /** Makes the daemon's timers those of the lines. */
    private void compare() {
        // A line whose firing was not read yet has no timer and must not get one for a later instant here.
        int read;
        do {
            read = subscriber.poll(this::fired, MOST_SIGNALS);
        } while (read == MOST_SIGNALS);
        Map<Long, ArmedTimer> armed = new HashMap<>();
        for (ArmedTimer timer : timers.list(false, ANSWER_TIMEOUT_NS)) {
            if (timer.signalId() == options.signalId()) {
                armed.put(timer.key(), timer);
            }
        }
        for (long key : armed.keySet()) {
            if (!jobs.containsKey(key)) {
                timers.call(new TimerCommand().cancel(key), ANSWER_TIMEOUT_NS);
            }
        }
        long now = now();
        for (Job job : jobs.values()) {
            ArmedTimer timer = armed.get(job.line.key());
            long instant = timer == null ? CalendarSchedule.NONE
                    : TimeUnit.NANOSECONDS.toSeconds(timer.arming().deadlineNs());
            if (timer != null && (instant <= now || instant == job.line.schedule().next(now))) {
                job.instant = instant;
            } else {
                arm(job, now);
            }
        }
        runners.entrySet().removeIf(entry -> isOver(entry.getKey(), entry.getValue()));
    }

    private boolean isOver(long key, ProgramRunner runner) {
        boolean isOver = !jobs.containsKey(key) && runner.isIdle();
        if (isOver) {
            runner.retire();
        }
        return isOver;
    }

    /** Arms a line's timer for its first instant later than {@code after}. */
    private void arm(Job job, long after) {
        long next = job.line.schedule().next(after);
        if (next != CalendarSchedule.NONE) {
            TimerReply reply = timers.call(new TimerCommand()
                    .armAt(job.line.key(), options.signalId(), TimeUnit.SECONDS.toNanos(next))
                    .durability(options.durability()), ANSWER_TIMEOUT_NS);
            if (reply.code() != ReplyCode.ARMED) {
                throw new BusException(Reason.BAD_SETTINGS, "line " + job.line.number() + " of " + file,
                        "the daemon refuses its timer: " + reply.reason().sentence(),
                        options.durability() == Durability.NONE ? "see its quotas"
                                : "give it a journal, or serve the file with --durable none");
            }
        }
        job.instant = next;
    }

    private void fired(SignalRecord signal) {
        Job job = jobs.get(signal.key());
        if (job == null || !timers.isMine(signal)) {
            return;
        }
        run(job, signal);
        long now = now();
        // Where it is armed for later already, this firing came late and there is nothing to arm.
        if (job.instant <= now || job.instant == CalendarSchedule.NONE) {
            long due = job.instant == CalendarSchedule.NONE ? now : job.instant;
            report(job, due, now);
            attempt(() -> arm(job, Math.max(due, now - 1)));
        }
    }

    private void run(Job job, SignalRecord signal) {
        CronLine line = job.line;
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

    private void report(Job job, long due, long now) {
        long skipped = 0;
        for (long next = job.line.schedule().next(due); next < now; next = job.line.schedule().next(next)) {
            skipped++;
        }
        if (skipped > 0) {
            listener.say("line " + job.line.number() + " was due " + skipped + " more times, which are not run: the "
                    + "host or this process stood still, or the clock was set");
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
            listener.say(file + " cannot be read, and its lines stay as they were: " + BusException.why(e));
            return;
        }
        if (read.lines().isEmpty() && !jobs.isEmpty() && !isSeenEmpty) {
            // Perhaps it is just being written.
            isSeenEmpty = true;
            fileState = null;
            return;
        }
        isSeenEmpty = false;
        if (read.problems().isEmpty()) {
            replace(read.lines());
            listener.say("read " + file + " again: " + jobs.size() + " lines");
        } else {
            read.problems().forEach(problem -> listener.say(problem + "; nothing changes"));
        }
    }
}
