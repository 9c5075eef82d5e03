// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

/** Tells the daemon of a committed command in time for its deadline. One thread. */
interface DaemonWaker {
    /**
     * After a command was committed.
     *
     * @param sequence   the command's
     * @param deadlineNs the latest time at which the daemon must know of it
     */
    void afterCommit(long sequence, long deadlineNs);

    /** Periodically: retries what failed before. */
    void retry();

    /** Whether there is something to retry. */
    boolean isRetryNeeded();

    /** How many system calls it made. */
    long rings();

    /** After a fault of mapped memory: whether this caused it. */
    boolean lose();
}
