package io.tickbus.daemon;

import java.util.ResourceBundle;

/** A logger that hands what it is given to another by way of a {@link LogThread}. */
final class QueuedLogger implements System.Logger {
    private final System.Logger target;
    private final LogThread thread;

    QueuedLogger(System.Logger target) {
        this.target = target;
        this.thread = new LogThread(count -> target.log(Level.WARNING, "log-lines-lost count=" + count));
    }

    LogThread thread() {
        return thread;
    }

    @Override
    public String getName() {
        return target.getName();
    }

    @Override
    public boolean isLoggable(Level level) {
        return target.isLoggable(level);
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
        thread.execute(() -> target.log(level, bundle, message, thrown));
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... params) {
        thread.execute(() -> target.log(level, bundle, format, params));
    }
}
