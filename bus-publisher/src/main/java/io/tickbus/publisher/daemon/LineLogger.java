package io.tickbus.publisher.daemon;

import java.io.PrintStream;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.ResourceBundle;
import org.agrona.concurrent.EpochClock;

/** A logger that writes {@code time level message} on one line each, the time in UTC. */
final class LineLogger implements System.Logger {
    private static final int MILLISECOND_DIGITS = 3;
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(MILLISECOND_DIGITS).toFormatter(Locale.ROOT);

    private final String name;
    private final PrintStream out;
    private final EpochClock clock;

    LineLogger(String name, PrintStream out, EpochClock clock) {
        this.name = name;
        this.out = out;
        this.clock = clock;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public boolean isLoggable(Level level) {
        return true;
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
        String cause = thrown == null ? "" : " " + thrown;
        // One write, so that lines of other threads do not come in between.
        out.print(TIME.format(Instant.ofEpochMilli(clock.time())) + " " + level + " " + message + cause + "\n");
        out.flush();
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... params) {
        log(level, bundle, params == null || params.length == 0 ? format
                : new MessageFormat(format, Locale.ROOT).format(params), (Throwable) null);
    }
}
