package io.tickbus.cli;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/** Runs a command's printing once, or with {@code --watch} again and again until Ctrl-C or until nobody reads. */
public final class Repetition {
    private static final long INTERVAL_MS = 1000;
    private static final String CLEAR = "\033[H\033[2J";

    private Repetition() {
    }

    /**
     * Runs it.
     *
     * @param isScreen whether each run may wipe out what the last one printed, on a terminal
     */
    public static void run(PrintWriter out, boolean isWatch, boolean isScreen, Runnable printing) {
        if (!isWatch) {
            printing.run();
            return;
        }
        Thread printer = Thread.currentThread();
        try (StopSignal stop = StopSignal.listen(printer::interrupt)) {
            while (!stop.isRequested()) {
                if (isScreen && Terminal.hasColours()) {
                    out.print(CLEAR);
                }
                printing.run();
                out.flush();
                TimeUnit.MILLISECONDS.sleep(INTERVAL_MS);
                Output.check();
            }
        } catch (InterruptedException e) {
            // Ctrl-C.
            Thread.currentThread().interrupt();
        }
    }
}
