// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.top;

import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Terminal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/**
 * The terminal of {@code top}: draws, reads keys, follows the terminal's size. JLine does it through the programs
 * {@code stty} and {@code infocmp}, so that it needs no native code.
 */
final class TopScreen {
    private static final long LONGEST_READ_MS = 100;
    private static final long LONGEST_INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);
    private static final long SHORTEST_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int ESCAPE = 27;
    private static final long ESCAPE_MS = 25;
    private static final int END_OF_INPUT = -1;

    private final TopModel model;
    private final Runnable reading;
    private final TopView view = new TopView();
    private volatile boolean isResized;
    private volatile boolean isContinued;
    private volatile boolean isEnded;

    TopScreen(TopModel model, Runnable reading, long intervalNs) {
        this.model = model;
        this.reading = reading;
        view.intervalNs = intervalNs;
    }

    /** Until q, Ctrl-C or SIGTERM. */
    void run() throws IOException {
        Thread drawer = Thread.currentThread();
        try (org.jline.terminal.Terminal terminal = open();
                ShutdownHook stop = ShutdownHook.listen(drawer::interrupt)) {
            terminal.handle(Signal.WINCH, signal -> isResized = true);
            terminal.handle(Signal.CONT, signal -> isContinued = true);
            terminal.handle(Signal.TSTP, SignalHandler.SIG_IGN);
            // JLine has taken it from the JVM, whose shutdown hook would run.
            terminal.handle(Signal.INT, signal -> isEnded = true);
            Attributes before = enter(terminal);
            try {
                loop(terminal, stop);
            } catch (InterruptedIOException e) {
                // SIGTERM.
                isEnded = true;
            } finally {
                leave(terminal, before);
            }
        }
    }

    private static org.jline.terminal.Terminal open() throws IOException {
        try {
            return TerminalBuilder.builder().system(true).provider("exec").dumb(false).encoding(Terminal.encoding())
                    .build();
        } catch (IOException | IllegalStateException e) {
            throw new IOException("the terminal cannot be controlled (" + e.getMessage()
                    + "); install 'stty', or use --once", e);
        }
    }

    private static Attributes enter(org.jline.terminal.Terminal terminal) {
        Attributes before = terminal.enterRawMode();
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        terminal.flush();
        return before;
    }

    private static void leave(org.jline.terminal.Terminal terminal, Attributes before) {
        terminal.puts(Capability.cursor_normal);
        terminal.puts(Capability.exit_ca_mode);
        terminal.flush();
        terminal.setAttributes(before);
    }

    private void loop(org.jline.terminal.Terminal terminal, ShutdownHook stop) throws IOException {
        Display display = new Display(terminal, true);
        Size size = resize(terminal, display);
        long nextNs = System.nanoTime();
        while (!isEnded && !stop.isRequested()) {
            if (isContinued) {
                isContinued = false;
                isResized = true;
                enter(terminal);
            }
            if (isResized) {
                isResized = false;
                size = resize(terminal, display);
            }
            long nowNs = System.nanoTime();
            if (nowNs - nextNs >= 0) {
                if (!view.isPaused || model.bus() == null) {
                    reading.run();
                }
                nextNs = nowNs + view.intervalNs;
            }
            draw(display, size);
            readKeys(terminal.reader(), nextNs);
        }
    }

    private static Size resize(org.jline.terminal.Terminal terminal, Display display) {
        Size size = terminal.getSize();
        display.resize(size);
        display.clear();
        return size;
    }

    private void draw(Display display, Size size) {
        List<AttributedString> lines = view.draw(model, size.getColumns(), size.getRows()).stream()
                .map(AttributedString::fromAnsi).toList();
        display.update(lines, 0);
    }

    /** Waits for a key, a new size, or the next reading. */
    private void readKeys(NonBlockingReader keys, long untilNs) throws IOException {
        long waitMs = TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime());
        int key = NonBlockingReader.READ_EXPIRED;
        while (waitMs > 0 && key == NonBlockingReader.READ_EXPIRED && !isResized && !isContinued) {
            key = keys.read(Math.min(LONGEST_READ_MS, waitMs));
            waitMs = TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime());
        }
        if (key == END_OF_INPUT) {
            // The terminal is gone.
            isEnded = true;
        } else if (key == ESCAPE) {
            escape(keys);
        } else if (key > 0) {
            press((char) key);
        }
    }

    /** A key that sends more than one character. */
    private void escape(NonBlockingReader keys) throws IOException {
        int kind = keys.read(ESCAPE_MS);
        if (kind != '[' && kind != 'O') {
            view.isHelp = false;
            return;
        }
        int code = keys.read(ESCAPE_MS);
        switch (code) {
            case 'A' -> view.scroll--;
            case 'B' -> view.scroll++;
            case 'C' -> next(1);
            case 'D', 'Z' -> next(-1);
            case 'H', '1' -> view.scroll = 0;
            case '5' -> view.scroll -= view.pageRows();
            case '6' -> view.scroll += view.pageRows();
            default -> { }
        }
        if (Character.isDigit(code)) {
            // The tilde that ends it.
            keys.read(ESCAPE_MS);
        }
    }

    private void press(char key) {
        switch (key) {
            case 'q', 'Q' -> isEnded = true;
            case 'p', 'P', ' ' -> view.isPaused = !view.isPaused;
            case 'h', '?' -> view.isHelp = !view.isHelp;
            case '\t' -> next(1);
            case 'k' -> view.scroll--;
            case 'j' -> view.scroll++;
            case '+' -> view.intervalNs = Math.max(SHORTEST_INTERVAL_NS, view.intervalNs / 2);
            case '-' -> view.intervalNs = Math.min(LONGEST_INTERVAL_NS, view.intervalNs * 2);
            default -> { }
        }
    }

    private void next(int steps) {
        view.pane = view.pane.next(steps);
        view.scroll = 0;
    }
}
