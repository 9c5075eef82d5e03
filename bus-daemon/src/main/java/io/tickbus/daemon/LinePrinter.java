package io.tickbus.daemon;

import java.io.PrintStream;
import java.util.function.Consumer;

/** Prints lines to a stream by way of a {@link LogThread}. */
final class LinePrinter implements Consumer<String>, AutoCloseable {
    private final PrintStream out;
    private final LogThread thread;

    LinePrinter(PrintStream out) {
        this.out = out;
        this.thread = new LogThread(count -> print("log-lines-lost count=" + count + "\n"));
    }

    LogThread thread() {
        return thread;
    }

    @Override
    public void accept(String line) {
        thread.execute(() -> print(line));
    }

    private void print(String line) {
        out.print(line);
        out.flush();
    }

    @Override
    public void close() {
        thread.close();
    }
}
