// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the loop of a thread is, so that another thread can tell that it has stalled, and in which step.
 *
 * <p><b>Threads:</b> the loop's own writes, any reads. <b>Progress:</b> a step is one store that orders nothing.
 */
public final class LoopProgress {
    private static final int STEP_BITS = 8;
    private static final int STEP_MASK = (1 << STEP_BITS) - 1;

    private final String name;
    /** How often the loop has gone round, and its step. */
    private final AtomicLong word = new AtomicLong();
    private volatile Thread thread;
    private long rounds;

    /** A loop that does not run yet; {@code name} is what the log calls its thread. */
    public LoopProgress(String name) {
        this.name = name;
    }

    /** The loop's thread, before its first round. */
    public void begin() {
        thread = Thread.currentThread();
    }

    /** The loop's thread, after its last round. */
    public void end() {
        thread = null;
    }

    /** The loop begins another round, with this step. */
    public void round(LoopStep step) {
        countRound();
        step(step);
    }

    /** The loop has gone round once more, which is seen with its next step. */
    void countRound() {
        rounds++;
    }

    /** The loop comes to another step of its round. */
    public void step(LoopStep step) {
        // Opaque: it says nothing about other words, and a value seen late by nanoseconds does no harm.
        word.setOpaque(rounds << STEP_BITS | step.code());
    }

    String name() {
        return name;
    }

    /** The loop's thread; null while it does not run. */
    Thread thread() {
        return thread;
    }

    /** How often the loop has gone round; any thread. */
    public long rounds() {
        return word.getOpaque() >>> STEP_BITS;
    }

    LoopStep currentStep() {
        return LoopStep.of((int) word.getOpaque() & STEP_MASK);
    }
}
