package io.tickbus.daemon;

import io.tickbus.core.internal.FaultBoundary;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the conductor and the timer thread have to tell each other: rare things, each as a piece of work for the other.
 *
 * <p>Any thread may post; each side runs its own. An empty queue costs its reader one load. Work that a fault or a
 * shortage of memory has ended is done again from its beginning, so it must allow for that.
 */
final class ClientEvents {
    /** Pieces of work in one duty cycle: what is left is news for the next. */
    private static final int WORK_PER_CYCLE = 64;

    private final Queue<Runnable> forTimerThread = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> forConductor = new ConcurrentLinkedQueue<>();
    private volatile ClientConductor conductor;

    void conductor(ClientConductor newConductor) {
        conductor = newConductor;
    }

    /** To be run by the timer thread, which the conductor wakes for it at the end of its round. */
    void toTimerThread(Runnable work) {
        forTimerThread.add(work);
    }

    /** Timer thread: does a bounded piece of what there is to do; returns how much that was. */
    int runForTimerThread() {
        return run(forTimerThread, WORK_PER_CYCLE);
    }

    boolean hasWorkForTimerThread() {
        return !forTimerThread.isEmpty();
    }

    /** Conductor: does what there is to do. */
    int runForConductor() {
        return run(forConductor, Integer.MAX_VALUE);
    }

    private static int run(Queue<Runnable> queue, int most) {
        int count = 0;
        for (Runnable work = queue.peek(); work != null && count < most; work = queue.peek()) {
            // A fault that is pending is not of this work.
            FaultBoundary.surface();
            boolean isDone = true;
            try {
                work.run();
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

    /** Timer thread: a client is served no more. The conductor is woken for it: its owner's timers are to end. */
    void dismissed(ClientSession session) {
        forConductor.add(() -> conductor.dismissed(session));
        if (conductor != null) {
            conductor.wake();
        }
    }

    /** Timer thread: nothing is left of an owner. */
    void ownerFreed(int owner) {
        forConductor.add(() -> conductor.ownerFreed(owner));
    }
}
