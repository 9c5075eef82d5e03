// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

/**
 * Timers in the order of their deadlines, and in arming order where deadlines are equal. The caller numbers them from 0
 * and arms only a number that is not pending. Any deadline but {@link Long#MAX_VALUE}.
 */
interface TimerOrder {
    /** No timer. */
    int NONE = -1;
    /** Bits of a timer's number. */
    int TIMER_BITS = 24;

    void arm(int timer, long deadlineNs);

    /** Takes out a pending timer. */
    void cancel(int timer);

    /** Gives a pending timer another deadline; it then counts as armed now. */
    default void rearm(int timer, long deadlineNs) {
        cancel(timer);
        arm(timer, deadlineNs);
    }

    boolean isPending(int timer);

    /** The deadline of a pending timer. */
    long deadlineNs(int timer);

    /** The earliest deadline, exactly; {@link Long#MAX_VALUE} if nothing is pending. */
    long nextDeadlineNs();

    /** Takes out the first timer and returns it, or {@link #NONE}. */
    int poll();

    /** Takes out the first timer if it is due, and returns it, or {@link #NONE}. */
    default int poll(long nowNs) {
        return nextDeadlineNs() > nowNs ? NONE : poll();
    }

    /** Bytes of all arrays. */
    long sizeBytes();
}
