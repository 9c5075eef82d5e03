// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.timer.ReplyReason;

/**
 * Where a duty cycle gets its commands from. Its methods are the timer thread's; those of this interface are of a loop
 * without clients.
 */
interface CommandPoller {
    /** No clients: for a loop whose timers its own process armed. */
    CommandPoller NONE = new CommandPoller() { };

    /** Whether {@link #stage} would find something. Touches the clients' memory. */
    default boolean hasNews() {
        return false;
    }

    /**
     * Copies the commands that wait. Touches the clients' memory; a fault of that surfaces here.
     *
     * @return how many there are
     */
    default int stage() {
        return 0;
    }

    /** Carries out what was staged, answers it, and admits and closes clients. */
    default void execute(long nowNs) {
        // No clients.
    }

    /**
     * A bounded piece of what can wait, after the firings.
     *
     * @return how much was done
     */
    default int doHousekeeping() {
        return 0;
    }

    /** Announces that nobody reads commands until then, unless the doorbell rings. */
    default void announceSleep(long untilNs) {
        // No clients.
    }

    /** Announces that commands are read. */
    default void announceAwake() {
        // No clients.
    }

    /**
     * After a fault: forgets what was staged, and evicts every client whose file has lost a page, which it finds out by
     * touching all of them.
     *
     * @return whether there was one
     */
    default boolean evictFaulty() {
        return false;
    }

    /**
     * After a fault that no client caused: refuses to continue if one of the daemon's own files did.
     *
     * @throws io.tickbus.core.BusException TRUNCATED or UNREADABLE
     */
    default void checkSound() {
        // No files.
    }

    /** Closes all clients. */
    default void closeAll(ReplyReason reason) {
        // No clients.
    }
}
