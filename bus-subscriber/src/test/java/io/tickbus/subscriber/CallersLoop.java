package io.tickbus.subscriber;

import java.util.function.Consumer;

/** A caller's loop over memory that is cut off under it, written as the classes under test tell their callers to. */
final class CallersLoop {
    private CallersLoop() {
    }

    /** Runs the loop until it ends by itself; begins it anew after each fault that {@code survive} does not refuse. */
    static void run(Consumer<InternalError> survive, Runnable loop) {
        boolean isDone = false;
        while (!isDone) {
            try {
                loop.run();
                // The last fault may still be to come, and must not hit who called this.
                Runtime.getRuntime().availableProcessors();
                isDone = true;
            } catch (InternalError e) {
                survive.accept(e);
            }
        }
    }
}
