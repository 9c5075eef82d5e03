// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusException;
import io.tickbus.core.internal.VisibleText;
import io.tickbus.daemon.AsyncLines.Line;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * What the daemon tells its operator: one line per event, {@code event key=value key=value}. {@link #toStream} puts
 * time and level before it; {@link #standard} hands it to a {@link System.Logger}, which its user has configured.
 *
 * <p>Some values come from clients. What is not plain is quoted and control characters are escaped, so that nobody can
 * forge a line. An event that happens more than {@value #MAX_PER_SECOND} times in a second is suppressed until the
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
    private static final char FIRST_PRINTABLE = ' ';
    private static final char DELETE = 0x7F;

    private final Consumer<Line> out;
    private final NanoClock clock;
    private final EpochClock timeOfDay;
    /** Null in tests that print on the caller's thread. */
    private final AsyncLines lines;
    private final Map<String, Budget> budgets = new HashMap<>();
    private volatile Level level = Level.INFO;

    private static final class Budget {
        private long startNs;
        private int printed;
        private long suppressed;
    }

    private DaemonLog(Consumer<Line> out, NanoClock clock, EpochClock timeOfDay, AsyncLines lines) {
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
    private static void report(System.Logger logger, Line line) {
        logger.log(line.level(), line.text());
    }

    /**
     * Lines of {@code time level event key=value …}, for a daemon that is a process of its own. If nobody reads them,
     * the latest are lost, and a line of its own says how many; nobody waits.
     */
    public static DaemonLog toStream(PrintStream stream) {
        return to(new AsyncLines(line -> {
            // In one piece, so that lines of other threads do not come in between.
            stream.print(line.format());
            stream.flush();
        }));
    }

    /** For tests: on the caller's thread. */
    static DaemonLog to(Consumer<Line> out, NanoClock clock, EpochClock timeOfDay) {
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
        StringBuilder line = new StringBuilder(event);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            append(line, String.valueOf(pairs[i]), pairs[i + 1]);
        }
        if (suppressed > 0) {
            append(line, "suppressed", suppressed);
        }
        out.accept(new Line(timeOfDay.time(), severity, line.toString()));
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

    private static void append(StringBuilder line, String key, Object value) {
        line.append(' ').append(key).append('=');
        String text = value instanceof Throwable cause ? text(cause) : String.valueOf(value);
        if (!text.isEmpty() && text.chars().allMatch(DaemonLog::isPlain)) {
            line.append(text);
            return;
        }
        line.append('"');
        text.codePoints().forEach(letter -> appendQuoted(line, letter));
        line.append('"');
    }

    /** A sentence for a fault of the environment; anything else is a bug, whose class says most. */
    private static String text(Throwable cause) {
        return cause instanceof BusException || cause instanceof IOException ? BusException.why(cause)
                : cause.toString();
    }

    private static boolean isPlain(int character) {
        return character > FIRST_PRINTABLE && character < DELETE && character != '=' && character != '"'
                && character != '\\';
    }

    private static void appendQuoted(StringBuilder line, int letter) {
        if (letter == '"' || letter == '\\') {
            line.append('\\');
        }
        VisibleText.append(line, letter);
    }
}
