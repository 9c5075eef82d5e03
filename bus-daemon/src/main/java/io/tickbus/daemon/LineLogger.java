package io.tickbus.daemon;

import java.text.MessageFormat;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochClock;

/** A logger that makes a line {@code time level message} of each message, the time in UTC. */
final class LineLogger implements System.Logger {
    private static final int MILLISECOND_DIGITS = 3;
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(MILLISECOND_DIGITS).toFormatter(Locale.ROOT);

    private final String name;
    private final Consumer<String> out;
    private final EpochClock clock;

    LineLogger(String name, Consumer<String> out, EpochClock clock) {
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
        // In one piece, so that lines of other threads do not come in between.
        out.accept(TIME.format(Instant.ofEpochMilli(clock.time())) + " " + level + " " + message + cause + "\n");
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... params) {
        log(level, bundle, params == null || params.length == 0 ? format
                : new MessageFormat(format, Locale.ROOT).format(params), (Throwable) null);
    }
}
