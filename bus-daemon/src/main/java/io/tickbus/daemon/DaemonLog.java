// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * What the daemon tells its operator: one line per event, {@code event key=value key=value}. {@link #toStream} puts
 * time and level before it; {@link #standard} hands it to a {@link System.Logger}, which its user has configured.
 *
 * <p>An event that happens more than {@value #MAX_PER_SECOND} times in a second is suppressed until the
 * second is over; its next line says how many were.
 *
 * <p><b>Threads:</b> any, though the timer thread should not. <b>Progress:</b> it allocates and locks for moments;
 * a thread of its own prints, and nobody waits for a reader.
 */
public final class DaemonLog implements AutoCloseable {
    /** Name of the logger. */
    public static final String NAME = "io.tickbus.daemon";
    /** The most lines of one event in a second. */
    public static final int MAX_PER_SECOND = 20;

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final Consumer<LogLine> out;
    private final NanoClock clock;
    private final EpochClock timeOfDay;
    /** Null in tests that print on the caller's thread. */
    private final AsyncLines lines;
    private final Map<String, Budget> budgets = new HashMap<>();
    private volatile Level level = Level.INFO;
    private volatile LogFormat format = LogFormat.TEXT;
    private volatile String bus;

    private static final class Budget {
        private long startNs;
        private int printed;
        private long suppressed;
    }

    private DaemonLog(Consumer<LogLine> out, NanoClock clock, EpochClock timeOfDay, AsyncLines lines) {
        this.out = out;
        this.clock = clock;
        this.timeOfDay = timeOfDay;
        this.lines = lines;
    }

    private static DaemonLog to(AsyncLines lines) {
        return new DaemonLog(lines::add, System::nanoTime, System::currentTimeMillis, lines);
    }

    /** To the logger {@value #NAME} of this JVM: for a daemon inside of an application. */
    public static DaemonLog standard() {
        System.Logger logger = System.getLogger(NAME);
        return to(new AsyncLines(line -> report(logger, line)));
    }

    /** Loggers that print their caller's name print this method's. */
    private static void report(System.Logger logger, LogLine line) {
        logger.log(line.level(), line.text());
    }

    /**
     * Lines of {@code time level event key=value …}, or JSON, for a daemon that is a process of its own. If nobody
     * reads them, the latest are lost, and a line of its own says how many; nobody waits.
     */
    public static DaemonLog toStream(PrintStream stream) {
        AtomicReference<DaemonLog> log = new AtomicReference<>();
        log.set(to(new AsyncLines(line -> {
            // In one piece, so that lines of other threads do not come in between.
            stream.print(line.format(log.get().format, log.get().bus));
            stream.flush();
        })));
        return log.get();
    }

    /** For tests: on the caller's thread. */
    static DaemonLog to(Consumer<LogLine> out, NanoClock clock, EpochClock timeOfDay) {
        return new DaemonLog(out, clock, timeOfDay, null);
    }

    /** Where the thread is that prints. */
    LoopProgress progress() {
        return lines == null ? new LoopProgress("none") : lines.progress();
    }

    /** Drops what is less severe. */
    public void level(Level newLevel) {
        level = newLevel;
    }

    /** How lines are written to a stream, and of which bus they say they are; null for none. */
    public void format(LogFormat newFormat, String newBus) {
        bus = newBus;
        format = newFormat;
    }

    /** The least severe level that is logged. */
    public Level level() {
        return level;
    }

    /** Helps to find the cause of something. {@code pairs}: key, value, key, value … */
    public void debug(String event, Object... pairs) {
        log(Level.DEBUG, event, pairs);
    }

    /** What happens in normal operation. */
    public void info(String event, Object... pairs) {
        log(Level.INFO, event, pairs);
    }

    /** What the operator should look into. */
    public void warn(String event, Object... pairs) {
        log(Level.WARNING, event, pairs);
    }

    /** What prevents the daemon from doing its work. */
    public void error(String event, Object... pairs) {
        log(Level.ERROR, event, pairs);
    }

    /** Waits until what was logged is printed, for a second at most; a stream stays open. */
    @Override
    public void close() {
        if (lines != null) {
            lines.close();
        }
    }

    void log(Level severity, String event, Object... pairs) {
        if (level == Level.OFF || severity.getSeverity() < level.getSeverity()) {
            return;
        }
        long suppressed = admit(event);
        if (suppressed < 0) {
            return;
        }
        Object[] all = pairs;
        if (suppressed > 0) {
            all = Arrays.copyOf(pairs, pairs.length + 2);
            all[pairs.length] = "suppressed";
            all[pairs.length + 1] = suppressed;
        }
        out.accept(LogLine.of(timeOfDay.time(), severity, event, all));
    }

    /** How many lines of this event were suppressed before; negative if this one is too. */
    private synchronized long admit(String event) {
        Budget budget = budgets.computeIfAbsent(event, name -> new Budget());
        long nowNs = clock.nanoTime();
        if (budget.printed == 0 || nowNs - budget.startNs >= SECOND_NS) {
            budget.startNs = nowNs;
            budget.printed = 0;
        }
        if (budget.printed >= MAX_PER_SECOND) {
            budget.suppressed++;
            return -1;
        }
        budget.printed++;
        long suppressed = budget.suppressed;
        budget.suppressed = 0;
        return suppressed;
    }
}
