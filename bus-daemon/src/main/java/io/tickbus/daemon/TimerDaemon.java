// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.file.UserId;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.core.internal.wait.PredictiveWait;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.daemon.journal.RecoveryResult;
import io.tickbus.daemon.late.CommandHistory;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerSurvey;
import io.tickbus.timer.TimerQuotas;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Keeps the timers of all processes of the host that ask for it, and publishes each as a signal when it is due. Run it
 * as a process of its own (a sidecar), or inside another:
 *
 * <pre>{@code
 * try (TimerDaemon daemon = TimerDaemon.start(BusDirectory.of("app"))) {
 *     TimerClient timers = TimerClient.connect(BusDirectory.of("app"));
 *     timers.armAfter(1, 42, 1_000_000);
 *     …
 * }
 * }</pre>
 *
 * <p>Two threads: the timer thread ({@link TimerLoop}), which reads commands, fires and publishes, and the conductor,
 * which admits and closes clients and makes the system calls. A third only checks that these do not stall.
 *
 * <p><b>Threads:</b> {@link #run} on one, which becomes the timer thread; the rest from any.
 * <p><b>Progress:</b> no client and no subscriber can block it. <b>Loss:</b> no firing is lost silently: late
 * ones say so, coalesced ones are counted, refused commands are answered.
 * <p><b>Errors:</b> {@code BusException} when its own files cannot be made, or are shortened later.
 */
public final class TimerDaemon implements Runnable, AutoCloseable {
    /** Heap for everything but the timers; a quarter of the rest is left to the garbage collector. */
    private static final long HEAP_WITHOUT_TIMERS = 32L << 20;
    /** A thread that makes no progress for so long has stalled. */
    private static final long STALL_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long MIN_TIMER_BYTES = 2L << 20;
    /** Before the first firing of the daemon's own timers: time to report that it is ready, and to start. */
    private static final long HEAD_START_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final DaemonContext context;
    private final SignalPublisher publisher;
    private final TimerEngine engine;
    private final TimerSurvey survey;
    private final LateFirings lateFirings;
    private final TimerAgent agent;
    private final TimerLoop loop;
    private final DaemonConductor conductor;
    private final Thread conductorThread;
    private final AtomicBoolean isStarted = new AtomicBoolean();
    private final DaemonCounters counters;
    private final ServedClients clients;
    private final DaemonLog log;
    /** Null for none. */
    private final Journal journal;
    private volatile DaemonSettings settings;
    private Thread ownThread;
    private final long timeoutNs;
    private final StallWatch watch;
    private long loggedFaults;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** The next three under this object's lock: of the thread and the closer, whichever is second releases the bus. */
    private boolean hasEnded;
    private boolean isAbandoned;
    private boolean isReleased;

    private TimerDaemon(DaemonContext context) {
        this.context = context;
        publisher = context.publisher;
        engine = context.engine;
        survey = engine.survey();
        counters = context.counters;
        log = context.log;
        journal = context.journal;
        settings = context.settings;
        timeoutNs = context.timeoutNs;
        CommandHistory history = new CommandHistory();
        lateFirings = new LateFirings(counters, history);
        CommandProcessor processor = new CommandProcessor(engine, publisher, counters, journal, context.crash,
                history, context.tasks);
        clients = new ServedClients(engine, context.replies, counters, context.tasks, processor);
        context.clients = clients;
        FiringPublisher firings =
                new FiringPublisher(publisher, counters, lateFirings, context.crash, FiringListener.NONE);
        agent = new TimerAgent(System::nanoTime, publisher, engine, firings, lateFirings, clients);
        loop = new TimerLoop(publisher, agent, lateFirings, clients, counters, WaitStrategy.park());
        context.timerThreadWaker = loop::wake;
        conductor = new DaemonConductor(context);
        // A thread inherits its processors; the timer thread may be pinned later, and must not share its own.
        int[] cpus = Platforms.current().affinity();
        conductorThread = new Thread(() -> {
            if (cpus.length > 0) {
                Platforms.current().setAffinity(cpus);
            }
            conductor.run();
        }, "tickbus-conductor");
        conductorThread.setDaemon(true);
        SignalsHeader header = publisher.bus().signals().header();
        long stallNs = Math.min(timeoutNs, STALL_NS);
        watch = new StallWatch(counters, lateFirings, log, cpus);
        watch.watch(agent.progress(), DaemonCounter.TIMER_THREAD_STALLS, stallNs + 5 * header.heartbeatIntervalNs());
        watch.watch(conductor.progress(), DaemonCounter.CONDUCTOR_STALLS, stallNs + DaemonConductor.ECO_CHECK_NS);
        watch.watch(log.progress(), null, stallNs);
        if (journal != null) {
            watch.watch(journal.progress(), null, stallNs);
        }
    }

    private void prepare() {
        agent.onHeartbeat(this::report);
        conductor.onCheck(this::check);
        engine.ownUser(UserId.ofFile(context.directory.signals()));
        apply(settings);
        counters.set(DaemonCounter.IDLE_LATENCY, context.idle.code());
        if (journal != null) {
            context.notifier.starting("Reading the journal");
            recovered(journal.recover(DurableTimers.of(engine)));
        }
        // They are armed when it runs, but one that cannot arm them must not open.
        TimerSpec.check(settings.value(DaemonSetting.EVERY), engine, System.nanoTime(),
                settings.value(DaemonSetting.GRACE));
        record(settings, settings);
        SignalsHeader header = publisher.bus().signals().header();
        context.notifier.opened(header.heartbeatNs(), header.heartbeatIntervalNs());
        // Last: clients find it from here on.
        conductor.listen();
    }

    private void recovered(RecoveryResult recovery) {
        for (RecoveryResult.Owner owner : recovery.owners()) {
            conductor.ownerRecovered(owner.number(), owner.user(), owner.name());
            clients.ownerRecovered(owner.number());
            engine.assignOwner(owner.number(), owner.user());
        }
        counters.set(DaemonCounter.TIMERS_RECOVERED, recovery.timers());
        counters.set(DaemonCounter.JOURNAL_UNREADABLE, recovery.unreadable());
        log.info("recovered", "timers", recovery.timers(), "overdue", recovery.overdue(), "owners",
                recovery.owners().size(), "entries", recovery.entries(), "unreadable", recovery.unreadable(), "ms",
                TimeUnit.NANOSECONDS.toMillis(recovery.tookNs()));
    }

    /** Conductor: the checks that cost system calls. */
    private void check() {
        long faults = counters.value(DaemonCounter.FAULTS) + counters.value(DaemonCounter.TIMER_THREAD_ERRORS);
        if (faults != loggedFaults) {
            log.warn("timer-thread-survived", "faults", counters.value(DaemonCounter.FAULTS), "memoryShortages",
                    counters.value(DaemonCounter.TIMER_THREAD_ERRORS), "what",
                    "a mapped file lost pages, or the heap is too small");
            loggedFaults = faults;
        }
        if (!publisher.bus().isInPlace()) {
            loop.fail(new BusException(Reason.NOT_FOUND, publisher.bus().signals().path().getParent().toString(),
                    "it was deleted or replaced while the daemon ran, so that nobody new can find it",
                    "start the daemon again"));
        }
        context.notifier.onCheck(System.nanoTime(), publisher.bus().signals().header().heartbeatNs(), () -> "Serving "
                + counters.value(DaemonCounter.CLIENTS_CONNECTED) + " clients, "
                + counters.value(DaemonCounter.TIMERS_PENDING) + " timers pending");
    }

    private void report() {
        if (!conductorThread.isAlive()) {
            throw new IllegalStateException("the thread tickbus-conductor has ended; see the log");
        }
        loop.report();
        counters.set(DaemonCounter.TIMERS_PENDING, engine.pending());
        long nowNs = System.nanoTime();
        counters.set(DaemonCounter.LATEST_DEADLINE, Math.max(0, engine.latestDeadlineNs() - nowNs));
        survey.step(nowNs);
        counters.record(survey);
        lateFirings.adapt(nowNs);
        long steps = engine.clockSteps();
        if (steps > counters.value(DaemonCounter.CLOCK_STEPS)) {
            log.info("clock-set", "realtimeAheadNs", CalendarOffset.measureNs());
        }
        counters.set(DaemonCounter.CLOCK_STEPS, steps);
        clients.report();
        if (journal != null) {
            journal.report(counters);
        }
    }

    /**
     * Opens a bus as its publisher and gets everything ready; nothing runs yet.
     *
     * @throws io.tickbus.core.BusException if another process publishes on it, its files cannot be made, or there is to
     *                                      be a journal that cannot be had; nothing new is left behind
     */
    public static TimerDaemon open(DaemonContext context) {
        context.conclude();
        try {
            TimerDaemon daemon = Uninterrupted.call(() -> openWhole(context));
            if (context.isOwnLog) {
                // Loads the classes of the platform's logger now, and not when files or memory have run out.
                context.log.info("daemon-opened", "bus", context.directory.name(), "epoch", context.publisher.epoch());
            }
            return daemon;
        } catch (RuntimeException | Error e) {
            if (context.isOwnLog) {
                context.log.close();
            }
            throw e;
        }
    }

    private static TimerDaemon openWhole(DaemonContext context) {
        try {
            context.openFiles();
            TimerDaemon daemon = new TimerDaemon(context);
            daemon.prepare();
            return daemon;
        } catch (RuntimeException | Error e) {
            if (context.journal != null) {
                closeBeside(e, context.journal::close);
            }
            if (context.idle != null) {
                closeBeside(e, context.idle::release);
            }
            if (context.publisher != null) {
                closeBeside(e, context.publisher::abandon);
            }
            throw e;
        }
    }

    private static void closeBeside(Throwable cause, Runnable closing) {
        try {
            closing.run();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /** Opens a bus with default options and settings and runs on a thread of its own, until {@link #close}. */
    public static TimerDaemon start(BusDirectory directory) {
        return open(DaemonContext.of(directory)).start();
    }

    /**
     * Runs on a thread of its own, until {@link #close}. If an error ends it before, the error is logged, the bus is
     * released, the journal closed, and {@link #ended} completes; so if no thread can be started.
     */
    public TimerDaemon start() {
        return start(new Thread(this::runAlone, "tickbus-timers"));
    }

    TimerDaemon start(Thread thread) {
        begin();
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (RuntimeException | Error e) {
            end(e);
            closeBeside(e, this::close);
            throw e;
        }
        ownThread = thread;
        return this;
    }

    private void runAlone() {
        Throwable failure = null;
        try {
            runToEnd();
        } catch (RuntimeException | Error e) {
            // Already logged; the bus is closed here, since nobody else can: others must see that it has no publisher.
            failure = e;
        }
        if (isLeftToThread(failure)) {
            try {
                release();
            } catch (RuntimeException | Error e) {
                log.error("bus-not-marked-closed", "error", e);
            }
        }
        end(failure);
    }

    private synchronized boolean isLeftToThread(Throwable failure) {
        hasEnded = true;
        return failure != null || isAbandoned;
    }

    private synchronized boolean isLeftToCloser() {
        isAbandoned = !hasEnded && ownThread != null;
        return !isAbandoned;
    }

    private void end(Throwable failure) {
        if (failure == null) {
            ended.complete(null);
        } else {
            ended.completeExceptionally(failure);
        }
    }

    /**
     * Runs until {@link #stop}: then drains what it has been sent, closes the clients, and returns.
     *
     * @throws BusException what ended it: its own files lost pages, or the bus's directory was deleted
     */
    @Override
    public void run() {
        begin();
        try {
            runToEnd();
        } catch (RuntimeException | Error e) {
            end(e);
            throw e;
        }
        end(null);
    }

    private void begin() {
        if (isStarted.getAndSet(true)) {
            throw new IllegalStateException("a daemon runs once: open another");
        }
        try {
            // Not before: one that is started long after it was opened would find them overdue.
            TimerSpec.arm(settings.value(DaemonSetting.EVERY), engine, System.nanoTime() + HEAD_START_NS,
                    settings.value(DaemonSetting.GRACE));
        } catch (RuntimeException | Error e) {
            end(e);
            throw e;
        }
    }

    private void runToEnd() {
        try {
            agent.progress().begin();
            conductorThread.start();
            watch.start();
            if (journal != null) {
                journal.start();
            }
            if (engine.hasCalendarTimers()) {
                WarmUp.begin();
            }
            lateFirings.begin(engine::clockSteps);
            loop.run();
        } catch (RuntimeException | Error e) {
            log.error("timer-thread-failed", "error", e);
            closeClients();
            throw e;
        } finally {
            agent.progress().end();
            lateFirings.end();
            endConductor();
            watch.stop(TimeUnit.NANOSECONDS.toMillis(timeoutNs));
        }
    }

    /** Whether it has begun and not ended. */
    public boolean isRunning() {
        return isStarted.get() && !ended.isDone();
    }

    /** Completes when it has ended; exceptionally with what ended it, if that was not {@link #stop}. */
    public CompletionStage<Void> ended() {
        return ended.minimalCompletionStage();
    }

    private void closeClients() {
        try {
            clients.closeAll(ReplyReason.STOPPING);
        } catch (RuntimeException | Error e) {
            log.error("clients-not-told", "error", e);
        }
    }

    private void endConductor() {
        context.notifier.stopping();
        conductor.stop();
        long timeoutMs = TimeUnit.NANOSECONDS.toMillis(timeoutNs);
        Uninterrupted.join(conductorThread, timeoutMs);
        if (conductorThread.isAlive()) {
            log.error("conductor-stuck", "waitedMs", timeoutMs);
        }
    }

    /**
     * Changes the settings that can be changed while it runs, and logs what has changed, and which of the others need
     * a restart. Done when this returns or soon after.
     */
    public synchronized void reload(DaemonSettings wanted) {
        DaemonSettings former = settings;
        DaemonSettings next = former.reloaded(wanted.checkConsistent());
        for (DaemonSetting<?> setting : next.differences(wanted)) {
            log.warn("setting-needs-restart", "key", setting, "now", next.text(setting), "wanted",
                    wanted.text(setting));
        }
        List<DaemonSetting<?>> changes = former.differences(next);
        // Before the change itself, which may be that nothing is logged any more.
        log.info("settings-reloaded", changes.isEmpty() ? new Object[] {"changed", "nothing"}
                : changes.stream().flatMap(setting -> Stream.of(setting,
                        former.text(setting) + "->" + next.text(setting))).toArray());
        record(next, wanted);
        settings = next;
        conductor.settings(next);
        loop.change(() -> apply(next));
    }

    /** Switches histograms, causes of late firings and the check for stalls on or off, to measure what they cost. */
    void observe(boolean isWanted) {
        watch.observe(isWanted);
        loop.change(() -> counters.observe(isWanted));
    }

    private void record(DaemonSettings inForce, DaemonSettings wanted) {
        try {
            EffectiveSettings.write(context.directory, publisher.epoch(), context.signals.group(), inForce, wanted);
        } catch (BusException e) {
            log.warn("settings-not-recorded", "error", e);
        }
    }

    private void apply(DaemonSettings newSettings) {
        log.level(newSettings.value(DaemonSetting.LOG_LEVEL));
        log.format(newSettings.value(DaemonSetting.LOG_FORMAT), context.directory.name());
        DaemonMode mode = newSettings.value(DaemonSetting.MODE);
        if (!loop.waitStrategy().name().equals(mode.waiting())) {
            loop.waitStrategy(WaitStrategy.named(mode.waiting()));
        }
        if (loop.waitStrategy() instanceof PredictiveWait predictive) {
            predictive.guard().setBounds(newSettings.value(DaemonSetting.GUARD_MIN),
                    newSettings.value(DaemonSetting.GUARD_MAX), newSettings.value(DaemonSetting.GUARD_SHARE));
        }
        agent.fireLimit(newSettings.value(DaemonSetting.FIRE_LIMIT));
        limit(newSettings);
        long slackNs = mode == DaemonMode.ECO ? newSettings.value(DaemonSetting.ECO_SLACK) : 0;
        engine.ecoSlackNs(slackNs);
        lateFirings.slackNs(slackNs);
        lateFirings.fixThreshold(newSettings.value(DaemonSetting.LATE_THRESHOLD));
        counters.mode(mode);
        counters.add(DaemonCounter.SETTINGS_GENERATION, 1);
    }

    private void limit(DaemonSettings newSettings) {
        long mostBytes = Math.max(MIN_TIMER_BYTES, (Runtime.getRuntime().maxMemory() - HEAP_WITHOUT_TIMERS) / 4 * 3);
        TimerQuotas wanted = newSettings.quotas();
        TimerQuotas fitting = wanted.fitting(mostBytes);
        if (fitting.maxTimers() < wanted.maxTimers() && !fitting.equals(engine.quotas())) {
            log.warn("quota-lowered", "timers", fitting.maxTimers(), "wanted", wanted.maxTimers(), "why",
                    "the heap holds no more: raise -Xmx, or lower quota.timers");
        }
        engine.quotas(fitting);
        engine.maxBytes(mostBytes);
        engine.rates(newSettings.rates());
    }

    /** The settings in force. */
    public DaemonSettings settings() {
        return settings;
    }

    /** The timers: before {@link #run}, to arm the publisher's own; afterwards they belong to the timer thread. */
    public TimerEngine engine() {
        return engine;
    }

    /** The publisher: only for what any thread may ask of it. */
    public SignalPublisher publisher() {
        return publisher;
    }

    /** Its counters. */
    public DaemonCounters counters() {
        return counters;
    }

    /** How it waits, with what it has learned. */
    public WaitStrategy waitStrategy() {
        return loop.waitStrategy();
    }

    /** Ends {@link #run} soon. */
    public void stop() {
        loop.stop();
    }

    /**
     * Stops, waits up to 10 s for its own thread if it has one, marks the bus closed and releases it; the files stay,
     * except for those that a daemon that has not run has made.
     *
     * @throws BusException TRUNCATED when the signals file was shortened; the bus is released all the same
     */
    @Override
    public void close() {
        stop();
        long timeoutMs = TimeUnit.NANOSECONDS.toMillis(2 * timeoutNs);
        try {
            if (ownThread != null) {
                Uninterrupted.join(ownThread, timeoutMs);
            }
            if (isLeftToCloser()) {
                release();
            } else {
                // It may be in the middle of a signal: the bus stays locked until the thread ends and releases it.
                log.error("timer-thread-stuck", "waitedMs", timeoutMs);
            }
        } finally {
            if (context.isOwnLog) {
                log.close();
            }
        }
    }

    private synchronized void release() {
        if (isReleased) {
            return;
        }
        isReleased = true;
        boolean hasRun = conductorThread.getState() != Thread.State.NEW;
        if (!hasRun) {
            conductor.close();
        }
        try {
            context.idle.release();
        } finally {
            closeBus(hasRun);
        }
    }

    private void closeBus(boolean hasRun) {
        try {
            if (journal != null) {
                journal.close();
            }
        } finally {
            if (hasRun) {
                publisher.close();
            } else {
                publisher.abandon();
            }
        }
    }
}
