// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerReply;
import java.util.UUID;

/**
 * Reads a client's replies, in two steps that may be apart: a reply is <i>noted</i>, by a call that waits for one of
 * them, and later <i>delivered</i> to the user, which is when it makes room in its ring. What the call took for itself
 * is marked, and not delivered again. One thread.
 *
 * <p>It also decides how many commands may be sent: no more than can all be refused without a reply being overwritten
 * that was not delivered. Those that are carried out have no reply or have it in the ring, so the daemon's
 * <i>consumed</i> and <i>nextReply</i> say how many replies may yet come. A command with a scope has two: the second
 * comes at any time, and is known by commands before it being carried out long since.
 */
final class ReplyReader {
    /** Replies to one LIST at most: a page and its end. */
    static final int LIST_REPLIES = 64;

    private final Session session;
    private final SlotRing ring;
    private final UUID uuid;
    private final CommandNumbers numbers;
    private final TimerClientListener listener;
    private final boolean isDiscarding;
    private final TimerReply reply = new TimerReply();
    private final boolean[] isTaken;
    private final int mask;
    private final int commandSlots;
    private final TimerReplyHandler discarded = this::tellRefusal;
    private long delivered;
    private long noted;
    /** Commands before this one are carried out, and the reply, if there is one, is noted. */
    private long notedCommands;
    private long lastList = -1;
    private long listsInFlight;
    private long lastScoped = -1;
    /** Commands with a scope whose first reply is not noted, and those whose second is not. */
    private long scopedInFlight;
    private long submitted;
    private long sendLimit;
    private long listLimit;
    private long lost;
    private long rejected;
    private boolean isTelling;
    /** A dummy: stops the JIT from eliminating the prefetch's loads. */
    @SuppressWarnings("UnusedVariable")
    private long prefetched;

    /** @param isDiscarding whether the user polls no replies */
    ReplyReader(ClientConnection connection, CommandNumbers numbers, TimerClientListener listener,
            boolean isDiscarding) {
        this.isDiscarding = isDiscarding;
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
    }

    /** Whether the command of this sequence may be sent. */
    boolean hasRoom(long sequence) {
        return sequence < sendLimit || hasRoomNow(sequence);
    }

    /**
     * Whether a command with a scope may be sent: while the cluster is silent, their second replies take half of the
     * room at most, and the rest remains for timers of this host.
     */
    boolean hasRoomForScoped(long sequence) {
        refreshLimits();
        return sequence < sendLimit && scopedInFlight + submitted < ring.slotCount() / 2;
    }

    private boolean hasRoomNow(long sequence) {
        refreshLimits();
        return sequence < sendLimit;
    }

    /** Whether a LIST may be sent with this sequence. */
    boolean hasRoomForList(long sequence) {
        refreshLimits();
        return sequence < listLimit;
    }

    private void refreshLimits() {
        // First: the replies to the commands before it are counted in what is loaded next.
        long consumed = session.consumed();
        long undelivered = session.nextReply() - delivered;
        if (session.isOf(uuid)) {
            listsInFlight = consumed > lastList ? 0 : listsInFlight;
            // Those that were refused have no second reply.
            scopedInFlight = notedCommands > lastScoped ? 0 : scopedInFlight;
            long room = ring.slotCount() - undelivered - listsInFlight * (LIST_REPLIES - 1) - scopedInFlight
                    - submitted;
            sendLimit = consumed + Math.min(commandSlots, room);
            listLimit = consumed + Math.min(commandSlots, room - (LIST_REPLIES - 1));
        }
    }

    /** Commands before this one are carried out, as of the last reply read or the last attempt to read one. */
    long notedCommands() {
        return notedCommands;
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
        sendLimit = 0;
    }

    /** A command with a scope was sent, which may have a second reply. */
    void scopedSent(long sequence) {
        lastScoped = sequence;
        scopedInFlight++;
        sendLimit = 0;
    }

    /** Commands whose first reply is noted and whose second is not. */
    long submitted() {
        return submitted;
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

    /** Discards all replies, and tells of the refusals; returns how many there were. Nothing in a call by itself. */
    int discard() {
        if (isTelling) {
            return 0;
        }
        isTelling = true;
        try {
            return poll(discarded, ring.slotCount());
        } finally {
            isTelling = false;
        }
    }

    /** Whether the listener is being told of a refusal. */
    boolean isTelling() {
        return isTelling;
    }

    /** Where a command found no room: reads what there is; returns whether there was any. */
    boolean readMore() {
        return isDiscarding ? discard() > 0 : noteNext();
    }

    private void tellRefusal(TimerReply discarded) {
        if (isRefusal(discarded) || discarded.code() == ReplyCode.UNCERTAIN) {
            listener.onRefused(discarded);
        }
    }

    private static boolean isRefusal(TimerReply reply) {
        return reply.code() == ReplyCode.FULL || reply.code() == ReplyCode.INVALID;
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
        return true;
    }

    /** Reads the next reply and keeps it for later delivery; it is then in {@link #reply()}. */
    boolean noteNext() {
        if (notePresent()) {
            return true;
        }
        long consumed = session.consumed();
        if (notePresent()) {
            return true;
        }
        // No reply to any command before that one is left.
        if (session.isOf(uuid)) {
            notedCommands = Math.max(notedCommands, consumed);
        }
        return false;
    }

    private boolean notePresent() {
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
        if (isRefusal(reply)) {
            rejected++;
        }
        if (reply.code() != null && reply.code().isPartOfList()) {
            return;
        }
        if (reply.code() == ReplyCode.SUBMITTED) {
            scopedInFlight--;
            submitted++;
        } else if (reply.commandSequence() < notedCommands) {
            submitted--;
        }
        notedCommands = Math.max(notedCommands, reply.commandSequence() + 1);
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
