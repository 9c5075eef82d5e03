// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import io.tickbus.core.internal.layout.DoorbellLayout;

/**
 * The daemon about to sleep, as it really does: it keeps the doorbell's word, then checks for the message, sequence 0
 * of the cell's ring, and sleeps while the word is the same. The futex is modelled by its contract.
 */
public final class Sleeper {
    private int seenWord;
    private boolean isMessageSeen;

    /** The daemon's two steps before the futex. */
    public void check(Cell cell) {
        seenWord = cell.doorbell.word(DoorbellLayout.DAEMON_WORD, 0);
        isMessageSeen = cell.ring.hasNews(0);
    }

    /** When all is over: {@code seen}, {@code woken}, or {@code asleep} with a message before it. */
    public String outcome(Cell cell) {
        if (isMessageSeen) {
            return "seen";
        }
        return isAsleep(cell) ? "asleep" : "woken";
    }

    /** When all is over: whether it sleeps with a message before it. */
    public boolean isAsleep(Cell cell) {
        return !isMessageSeen && cell.doorbell.word(DoorbellLayout.DAEMON_WORD, seenWord) == seenWord;
    }
}
