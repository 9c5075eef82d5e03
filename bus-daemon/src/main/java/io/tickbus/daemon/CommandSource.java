package io.tickbus.daemon;

import io.tickbus.core.timer.ReplyReason;

/** Where a duty cycle gets its commands from: the clients, or nowhere. The timer thread's. */
interface CommandSource {
    /** Whether anything waits to be staged. Touches the clients' memory. */
    boolean hasNews();

    /**
     * Copies the commands that wait. Touches the clients' memory, and brings up a fault of that here.
     *
     * @return how many there are
     */
    int stage();

    /** Carries out what was staged, answers it, and lets those come and go who want to. */
    void execute(long nowNs);

    /**
     * After a fault: forgets what was staged, and evicts every client whose file has lost a page, which is found out by
     * touching all of them.
     *
     * @return whether there was one
     */
    boolean evictFaulty();

    /**
     * After a fault that was nobody else's: refuses to go on where it was one of the daemon's own files.
     *
     * @throws io.tickbus.core.BusException TRUNCATED or UNREADABLE
     */
    void checkSound();

    /** Puts everybody out. */
    void dismissAll(ReplyReason reason);

    /**
     * A bounded piece of what can wait, after the firings.
     *
     * @return how much was done
     */
    default int doHousekeeping() {
        return 0;
    }

    /** Announces that nobody looks at the commands until then, unless the doorbell rings. */
    void announceSleep(long untilNs);

    /** Announces that the commands are looked at. */
    void announceAwake();
}
