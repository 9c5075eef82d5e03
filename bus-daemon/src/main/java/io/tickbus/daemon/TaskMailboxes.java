// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.FaultBoundary;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * The tasks that the conductor and the timer thread have for each other, which are rare.
 *
 * <p>Any thread may post; each side runs its own. An empty mailbox costs its reader one load. A task that a fault or a
 * lack of memory has ended is run again from its beginning, so it must allow for that.
 */
final class TaskMailboxes {
    /** Tasks in one duty cycle; the rest is news for the next. */
    private static final int MAX_PER_CYCLE = 64;

    private final Queue<Runnable> forTimerThread = new ConcurrentLinkedQueue<>();
    private final Queue<Consumer<ClientRegistry>> forConductor = new ConcurrentLinkedQueue<>();
    private volatile Runnable conductorWaker = () -> { };

    /** Conductor, once it runs: how to wake it. */
    void conductorWaker(Runnable newWaker) {
        conductorWaker = newWaker;
    }

    /** For the timer thread, which the conductor wakes at the end of its cycle. */
    void toTimerThread(Runnable task) {
        forTimerThread.add(task);
    }

    /** For the conductor, in its next cycle. */
    void toConductor(Consumer<ClientRegistry> task) {
        forConductor.add(task);
    }

    /** For the conductor, at once. */
    void wakeConductor() {
        conductorWaker.run();
    }

    /** Timer thread: runs a bounded number of its tasks; returns how many that was. */
    int runForTimerThread() {
        return run(forTimerThread, MAX_PER_CYCLE, Runnable::run);
    }

    boolean hasTasksForTimerThread() {
        return !forTimerThread.isEmpty();
    }

    /** Conductor: runs its tasks. */
    int runForConductor(ClientRegistry registry) {
        return run(forConductor, Integer.MAX_VALUE, task -> task.accept(registry));
    }

    private static <T> int run(Queue<T> queue, int limit, Consumer<T> runner) {
        int count = 0;
        for (T task = queue.peek(); task != null && count < limit; task = queue.peek()) {
            // A fault that is pending is not this task's.
            FaultBoundary.surface();
            boolean isDone = true;
            try {
                runner.accept(task);
            } catch (VirtualMachineError e) {
                isDone = false;
                throw e;
            } finally {
                if (isDone) {
                    queue.remove();
                }
            }
            count++;
        }
        return count;
    }
}
