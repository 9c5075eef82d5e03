// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerReply;
import java.util.UUID;

/**
 * Reads a client's replies, in two steps that may be apart: a reply is <i>noted</i>, by a call that waits for one of
 * them, and later <i>delivered</i> to the user, which is when it makes room in the window. What the call took for
 * itself is marked, and not delivered again. One thread.
 */
final class ReplyReader {
    /** Replies to one LIST at most: a page and its end. */
    static final int LIST_REPLIES = 64;

    private static final TimerReplyHandler DISCARD = reply -> { };

    private final Session session;
    private final SlotRing ring;
    private final UUID uuid;
    private final CommandNumbers numbers;
    private final TimerClientListener listener;
    private final TimerReply reply = new TimerReply();
    private final boolean[] isTaken;
    private final int mask;
    private final int commandSlots;
    private long delivered;
    private long noted;
    /** Commands before this one are answered, and the reply is noted. */
    private long notedCommands;
    /** The same, and the answer is delivered. */
    private long deliveredCommands;
    private long lastList = -1;
    private long listsInFlight;
    private long sendLimit;
    private long listLimit;
    private long lost;
    private long rejected;
    /** A dummy: stops the JIT from eliminating the prefetch's loads. */
    @SuppressWarnings("UnusedVariable")
    private long prefetched;

    ReplyReader(ClientConnection connection, CommandNumbers numbers, TimerClientListener listener) {
        this.session = connection.session();
        this.ring = session.ring();
        this.uuid = connection.uuid();
        this.numbers = numbers;
        this.listener = listener;
        this.mask = ring.slotCount() - 1;
        this.isTaken = new boolean[ring.slotCount()];
        this.commandSlots = connection.file().ring().slotCount();
        this.delivered = connection.nextReply();
        this.noted = delivered;
        updateLimits();
    }

    /** How many commands may be under way at once: no more than there are slots for their replies. */
    int window() {
        return Math.min(commandSlots, ring.slotCount());
    }

    /** Commands from this sequence on find no room in the window. */
    long sendLimit() {
        return sendLimit;
    }

    /** A LIST finds no room from this sequence on. */
    long listLimit() {
        return listLimit;
    }

    /** Commands before this one are answered, as far as was read. */
    long notedCommands() {
        return notedCommands;
    }

    /** Commands before this one are answered, and the user has the answer. */
    long deliveredCommands() {
        return deliveredCommands;
    }

    /** Replies overwritten before they were read, exactly. */
    long lost() {
        return lost;
    }

    /** Commands that were refused, as far as was read. */
    long rejected() {
        return rejected;
    }

    /** Whether replies are noted that the user has not polled. */
    boolean hasUndelivered() {
        return delivered < noted;
    }

    /** A LIST was sent, whose replies take a page of the window. */
    void listSent(long sequence) {
        lastList = sequence;
        listsInFlight++;
        updateLimits();
    }

    private void updateLimits() {
        long slotsOfLists = listsInFlight * (LIST_REPLIES - 1);
        sendLimit = deliveredCommands + Math.min(commandSlots, ring.slotCount() - slotsOfLists);
        listLimit = Math.min(sendLimit, deliveredCommands + ring.slotCount() - slotsOfLists - (LIST_REPLIES - 1));
    }

    /** Delivers at most {@code limit} replies. */
    int poll(TimerReplyHandler handler, int limit) {
        int count = 0;
        while (count < limit && deliverNext()) {
            boolean wasTaken = isTaken[(int) (delivered - 1) & mask];
            isTaken[(int) (delivered - 1) & mask] = false;
            if (!wasTaken) {
                count++;
                reply.commandSequence(numbers.of(reply.commandSequence()));
                handler.onReply(reply);
            }
        }
        return count;
    }

    /** Discards all replies; returns how many. */
    int discard() {
        return poll(DISCARD, ring.slotCount());
    }

    private boolean deliverNext() {
        while (delivered < noted) {
            long before = delivered;
            if (read(delivered)) {
                break;
            }
            if (delivered == before) {
                return false;
            }
        }
        if (delivered == noted && !noteNext()) {
            return false;
        }
        delivered++;
        if (reply.code() != ReplyCode.LISTED) {
            deliveredCommands = Math.max(deliveredCommands, reply.commandSequence() + 1);
            endList(reply.code() == ReplyCode.LIST_END);
            updateLimits();
        }
        return true;
    }

    private void endList(boolean isEnd) {
        if (isEnd && listsInFlight > 0) {
            listsInFlight--;
        }
        if (deliveredCommands > lastList) {
            // Also where the end of a page was lost.
            listsInFlight = 0;
        }
    }

    /** Reads the next reply and keeps it for later delivery; it is then in {@link #reply()}. */
    boolean noteNext() {
        prefetched += ring.prefetch(noted);
        long before;
        do {
            before = noted;
            if (read(noted)) {
                noted++;
                note();
                return true;
            }
        } while (noted != before);
        return false;
    }

    private void note() {
        ReplyCode code = reply.code();
        if (code == ReplyCode.FULL || code == ReplyCode.INVALID) {
            rejected++;
        }
        if (code != ReplyCode.LISTED) {
            notedCommands = Math.max(notedCommands, reply.commandSequence() + 1);
        }
    }

    /** The reply that was noted or delivered last; of the client's own numbering only when delivered. */
    TimerReply reply() {
        return reply;
    }

    /** The reply that was noted last has reached the user by another way. */
    void takeNoted() {
        isTaken[(int) (noted - 1) & mask] = true;
        if (delivered == noted - 1) {
            // Nothing was left before it: the room is free at once.
            while (delivered < noted && isTaken[(int) delivered & mask] && deliverNext()) {
                isTaken[(int) (delivered - 1) & mask] = false;
            }
        }
    }

    /** Copies one reply; false where there is none, and where it was overrun, in which case the positions advance. */
    private boolean read(long sequence) {
        int found = ring.read(sequence, reply.fields());
        if (found == SlotRing.NOT_YET) {
            return false;
        }
        // After the copy: the next client's UUID is stored before any of its replies.
        if (!session.isOf(uuid)) {
            return false;
        }
        if (found == SlotRing.OVERWRITTEN) {
            skipOverwritten(sequence);
            return false;
        }
        return true;
    }

    private void skipOverwritten(long sequence) {
        long next = session.nextReply();
        long continueAt = Math.max(sequence + 1, ring.oldestReadable(0, next));
        long count = continueAt - delivered;
        for (long skipped = delivered; skipped < Math.min(continueAt, delivered + isTaken.length); skipped++) {
            count -= isTaken[(int) skipped & mask] ? 1 : 0;
            isTaken[(int) skipped & mask] = false;
        }
        delivered = continueAt;
        noted = Math.max(noted, continueAt);
        lost += count;
        listener.onRepliesLost(count);
    }
}
