package io.tickbus.daemon;

import io.tickbus.core.BusException;
import io.tickbus.core.internal.VisibleText;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * What the daemon tells its operator: one line per event, {@code event key=value key=value}, to a {@link
 * System.Logger}. The one of {@link #toStream} puts time and level before it; another does what its user has
 * configured.
 *
 * <p>Values come from clients too: what is not plain is put in quotes, and control characters are escaped, so that
 * nobody can forge a line. An event that comes more than {@value #MAX_PER_SECOND} times in a second is left out until
 * the second is over; the next line of it says how many were.
 *
 * <p><b>Threads:</b> any, though the timer thread should not. <b>Progress:</b> it allocates and locks for moments;
 * the printing is done by a thread of its own, and nobody waits for a reader.
 */
public final class DaemonLog implements AutoCloseable {
    /** Name of the logger. */
    public static final String NAME = "io.tickbus.daemon";
    /** The most lines of one event in a second. */
    public static final int MAX_PER_SECOND = 20;

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final char FIRST_PRINTABLE = ' ';
    private static final char DELETE = 0x7F;

    private final System.Logger logger;
    private final NanoClock clock;
    private final LogThread thread;
    private final Map<String, Budget> budgets = new HashMap<>();
    private volatile Level level = Level.INFO;

    private static final class Budget {
        private long startNs;
        private int printed;
        private long suppressed;
    }

    private DaemonLog(System.Logger logger, NanoClock clock, LogThread thread) {
        this.logger = logger;
        this.clock = clock;
        this.thread = thread;
    }

    /** To the logger of that name in this JVM: for a daemon inside of an application. */
    public static DaemonLog standard() {
        QueuedLogger logger = new QueuedLogger(System.getLogger(NAME));
        return new DaemonLog(logger, System::nanoTime, logger.thread());
    }

    /**
     * Lines of {@code time level event key=value …}, for a daemon that is a process of its own. Where nobody takes them
     * off, the latest are lost, and counted in a line of their own; nobody waits.
     */
    public static DaemonLog toStream(PrintStream stream) {
        LinePrinter printer = new LinePrinter(stream);
        LineLogger lines = new LineLogger(NAME, printer, System::currentTimeMillis);
        return new DaemonLog(lines, System::nanoTime, printer.thread());
    }

    /** For tests: on the caller's thread. */
    static DaemonLog to(System.Logger logger, NanoClock clock) {
        return new DaemonLog(logger, clock, null);
    }

    /** Leaves out what is less severe. */
    public void level(Level newLevel) {
        level = newLevel;
    }

    /** The least severe level that is not left out. */
    public Level level() {
        return level;
    }

    /** For who looks for the cause of something. {@code pairs}: key, value, key, value … */
    public void debug(String event, Object... pairs) {
        log(Level.DEBUG, event, pairs);
    }

    /** What happens in the ordinary course. */
    public void info(String event, Object... pairs) {
        log(Level.INFO, event, pairs);
    }

    /** What the operator should look into. */
    public void warn(String event, Object... pairs) {
        log(Level.WARNING, event, pairs);
    }

    /** What keeps the daemon from doing its work. */
    public void error(String event, Object... pairs) {
        log(Level.ERROR, event, pairs);
    }

    /** Lets what was logged be printed, for a second at most; a stream stays open. */
    @Override
    public void close() {
        if (thread != null) {
            thread.close();
        }
    }

    void log(Level severity, String event, Object... pairs) {
        if (level == Level.OFF || severity.getSeverity() < level.getSeverity() || !logger.isLoggable(severity)) {
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
        logger.log(severity, line.toString());
    }

    /** How many lines of this event were left out before; negative where this one is too. */
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

    /** What the environment does in words; anything else is a bug, of which its class says most. */
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
