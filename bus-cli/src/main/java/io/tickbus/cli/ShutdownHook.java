// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM as a request: a command that listens finishes its work, prints its summary, and
 * the process ends with the command's own exit code. Without a listener the JVM ends at once, as usual.
 *
 * <p><b>Threads:</b> the action runs on a thread of its own, once.
 */
public final class ShutdownHook implements AutoCloseable {
    private static final long TIMEOUT_S = 10;
    private static final CountDownLatch FINISHED = new CountDownLatch(1);
    private static volatile int finalExitCode = Tickbus.FAILED;

    private final Thread thread;
    private volatile boolean isRequested;

    private ShutdownHook(Runnable action) {
        thread = new Thread(() -> stop(action), "tickbus-stop");
    }

    /** Does some work, and runs the action when stopping is asked for meanwhile. */
    public static void during(Runnable action, Runnable work) {
        ShutdownHook hook = listen(action);
        try {
            work.run();
        } finally {
            hook.close();
        }
    }

    /** Listens until closed. The action must make the command return soon, and may be empty. */
    public static ShutdownHook listen(Runnable action) {
        ShutdownHook hook = new ShutdownHook(action);
        try {
            Runtime.getRuntime().addShutdownHook(hook.thread);
        } catch (IllegalStateException e) {
            // The process is ending already.
            hook.isRequested = true;
            action.run();
        }
        return hook;
    }

    /** Whether stopping was asked for. */
    public boolean isRequested() {
        return isRequested;
    }

    private void stop(Runnable action) {
        isRequested = true;
        action.run();
        try {
            if (FINISHED.await(TIMEOUT_S, TimeUnit.SECONDS)) {
                // The exit code of a signal (130, 143) would say that the command failed.
                Runtime.getRuntime().halt(finalExitCode);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command is done, its output flushed. */
    static void finish(int exitCode) {
        finalExitCode = exitCode;
        FINISHED.countDown();
    }

    /** Stops listening; does nothing once the signal has come. */
    @Override
    public void close() {
        if (!isRequested) {
            try {
                Runtime.getRuntime().removeShutdownHook(thread);
            } catch (IllegalStateException e) {
                // The signal has just come, and the process will end with the command's exit code.
                isRequested = true;
            }
        }
    }
}
