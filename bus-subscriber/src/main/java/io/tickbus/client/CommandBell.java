package io.tickbus.client;

/** Lets the daemon know of a committed command, in time for its deadline. One thread. */
interface CommandBell {
    /**
     * After a command was committed.
     *
     * @param sequence   the command's
     * @param deadlineNs when the daemon must know of it at the latest
     */
    void afterCommit(long sequence, long deadlineNs);

    /** Now and then: makes good what could not be done before. */
    void tryAgain();

    /** Whether there is something to be made good. */
    boolean isInDoubt();

    /** How many system calls it made. */
    long rings();

    /** After a fault of mapped memory: whether it was of what this rings with. */
    boolean lose();
}
