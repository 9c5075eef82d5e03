package io.tickbus.subscriber;

import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerReply;
import java.util.Arrays;

/**
 * What a client has asked for by key, to tell a firing of the latest arming from a late one of an earlier arming.
 *
 * <p>For each key: the sequence of the latest ARM or CANCEL that is not answered, and the <i>boundary</i>, the signal
 * sequence from which on firings belong to the latest answered one. Firings before it are stale.
 *
 * <p>A key is forgotten when its timer is done and no stale firing of it can come: a timer that fires once was judged
 * to have fired, or was cancelled before it did, or was cancelled so long ago that the signals' ring has gone once
 * around since, and whatever lies before the boundary is overwritten. For the last, each key that comes in looks at a
 * few others, once all around for each eighth of a ring of signals, so there is no pause but that of growing. At the
 * limit a key is forgotten that should not be, and that is counted.
 *
 * <p>What is sent is written down nowhere: the client's own ring of commands holds it until its answer is noted, and
 * then it is looked up here, once. Only where a firing is to be judged in between, what is not answered is taken from
 * that ring first. So who arms pays for no look at a table that is in no cache where there are many keys.
 *
 * <p>Open addressing, linear probing, at most half full, four words per key; removal shifts back. One thread.
 */
final class ArmingLog {
    /** The firing belongs to the latest arming, or nothing is known of its key. */
    static final int CURRENT = 0;
    /** It belongs to an earlier one. */
    static final int STALE = 1;
    /** The latest ARM or CANCEL is not answered, as far as is known. */
    static final int PENDING = 2;

    private static final int WORDS = 4;
    private static final int KEY = 0;
    private static final int BOUNDARY = 1;
    private static final int UNANSWERED = 2;
    private static final int FLAGS = 3;

    private static final long USED = 1;
    /** An ARM was answered, and its timer may be pending. */
    private static final long ARMED = 2;
    private static final long PERIODIC = 4;
    /** No firing from before the boundary exists. */
    private static final long CLEAN = 8;

    private static final long SETTLED = -1;
    private static final int FIRST_CAPACITY = 64;
    private static final int LOOKS_PER_KEY = 4;
    private static final int LONGEST_SEARCH = 64;
    private static final int SHARE_SHIFT = 3;
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private final long signalSlots;
    private final int limit;
    private long[] entries = new long[FIRST_CAPACITY * WORDS];
    private int mask = FIRST_CAPACITY - 1;
    private int shift = Long.SIZE - Integer.numberOfTrailingZeros(FIRST_CAPACITY);
    private int size;
    private int hand;
    /** Looks that are left of the way all around. */
    private int looksLeft;
    private long sweptSignal;
    private long newestSignal;
    /** Commands before this one are answered, or taken over from the ring. */
    private long takenOver;
    private long forgotten;

    ArmingLog(int limit, int signalSlots) {
        this.limit = limit;
        this.signalSlots = signalSlots;
    }

    /** Keys that are remembered. */
    int size() {
        return size;
    }

    /** Keys that had to be forgotten although a stale firing could still come. */
    long forgotten() {
        return forgotten;
    }

    /** Takes over what is under way; before a firing is judged. */
    void takeOver(SentCommands commands, long firstUnanswered, long nextSequence) {
        for (long sequence = Math.max(takenOver, firstUnanswered); sequence < nextSequence; sequence++) {
            if (commands.isOfKey(sequence)) {
                sent(commands.key(sequence), sequence);
            }
            takenOver = sequence + 1;
        }
    }

    /** An ARM or CANCEL is under way. */
    void sent(long key, long sequence) {
        // First, as an insertion may put others into place of these entries.
        int entry = findOrInsert(key);
        entries[entry + UNANSWERED] = sequence;
    }

    private int findOrInsert(long key) {
        int entry = find(key);
        return (entries[entry + FLAGS] & USED) == 0 ? insert(key, entry) : entry;
    }

    /** Looks at a key's place, so that it is in the cache later; a number without a meaning. */
    long lookAhead(long key) {
        return entries[home(key) * WORDS + FLAGS];
    }

    /** The answer to an ARM or CANCEL came, in the order of the commands. */
    void answered(TimerReply reply, int type, boolean isPeriodic) {
        newestSignal = Math.max(newestSignal, reply.signalSequence());
        boolean isArmed = type == CommandLayout.TYPE_ARM && reply.code() == ReplyCode.ARMED;
        boolean isCancel = type == CommandLayout.TYPE_CANCEL;
        int entry = isArmed || isCancel ? findOrInsert(reply.key()) : find(reply.key());
        if (isArmed) {
            armed(entry, reply.signalSequence(), isPeriodic);
        } else if (isCancel) {
            cancelled(entry, reply);
        }
        if (entries[entry + UNANSWERED] <= reply.commandSequence()) {
            settle(entry);
        }
    }

    private void settle(int entry) {
        entries[entry + UNANSWERED] = SETTLED;
        if ((entries[entry + FLAGS] & (USED | ARMED | CLEAN)) == (USED | CLEAN)) {
            remove(entry);
        }
    }

    private void armed(int entry, long signalSequence, boolean isPeriodic) {
        long flags = entries[entry + FLAGS];
        boolean mayHaveFired = (flags & ARMED) != 0 && signalSequence != entries[entry + BOUNDARY];
        flags = (mayHaveFired ? flags & ~CLEAN : flags) | ARMED;
        entries[entry + FLAGS] = isPeriodic ? flags | PERIODIC : flags & ~PERIODIC;
        entries[entry + BOUNDARY] = signalSequence;
    }

    private void cancelled(int entry, TimerReply reply) {
        long flags = entries[entry + FLAGS];
        // One of ours that fires once and was pending has not fired.
        boolean hasNotFired = reply.code() == ReplyCode.CANCELLED && (flags & ARMED) != 0
                && ((flags & PERIODIC) == 0 || reply.signalSequence() == entries[entry + BOUNDARY]);
        entries[entry + FLAGS] = (hasNotFired ? flags : flags & ~CLEAN) & ~ARMED;
        long end = reply.signalSequence() + (reply.code() == ReplyCode.ALREADY_FIRED ? 1 : 0);
        entries[entry + BOUNDARY] = Math.max(entries[entry + BOUNDARY], end);
    }

    /**
     * What a firing of this key with that signal sequence is. Each is to be judged once, in order.
     *
     * @param answered commands before this sequence are answered, or their answers are lost
     */
    int judge(long key, long signalSequence, long answered) {
        int entry = find(key);
        if ((entries[entry + FLAGS] & USED) == 0) {
            return CURRENT;
        }
        if (entries[entry + UNANSWERED] >= answered) {
            return PENDING;
        }
        if (signalSequence < entries[entry + BOUNDARY]) {
            return STALE;
        }
        if ((entries[entry + FLAGS] & (ARMED | PERIODIC)) == ARMED) {
            remove(entry);
        }
        return CURRENT;
    }

    /** Index of the key's first word, or of the free place where it belongs. */
    private int find(long key) {
        int slot = home(key);
        while ((entries[slot * WORDS + FLAGS] & USED) != 0 && entries[slot * WORDS + KEY] != key) {
            slot = (slot + 1) & mask;
        }
        return slot * WORDS;
    }

    private int home(long key) {
        return (int) ((key * GOLDEN) >>> shift);
    }

    private int insert(long key, int freeEntry) {
        boolean hasMoved = sweep();
        if (size >= limit) {
            forgetOne();
            hasMoved = true;
        } else if (2 * (size + 1) > mask + 1) {
            grow();
            hasMoved = true;
        }
        int entry = hasMoved ? find(key) : freeEntry;
        size++;
        entries[entry + KEY] = key;
        entries[entry + BOUNDARY] = Long.MIN_VALUE;
        entries[entry + UNANSWERED] = SETTLED;
        entries[entry + FLAGS] = USED | CLEAN;
        return entry;
    }

    /** Looks at some more keys, if any may have come to be forgotten since the last way around; whether one was. */
    private boolean sweep() {
        if (looksLeft <= 0) {
            if (size < limit && newestSignal - sweptSignal < signalSlots >>> SHARE_SHIFT) {
                return false;
            }
            sweptSignal = newestSignal;
            looksLeft = mask + 1;
        }
        int sizeBefore = size;
        looksLeft -= LOOKS_PER_KEY;
        for (int i = 0; i < LOOKS_PER_KEY; i++) {
            forgetIfLapped();
        }
        return size != sizeBefore;
    }

    private void forgetIfLapped() {
        int entry = hand * WORDS;
        hand = (hand + 1) & mask;
        boolean isSettled = (entries[entry + FLAGS] & USED) != 0 && entries[entry + UNANSWERED] == SETTLED;
        if (isSettled && entries[entry + BOUNDARY] + signalSlots <= newestSignal) {
            if ((entries[entry + FLAGS] & ARMED) == 0) {
                remove(entry);
            } else {
                entries[entry + FLAGS] |= CLEAN;
            }
        }
    }

    private void forgetOne() {
        forgotten++;
        for (int looks = 0; ; looks++) {
            int entry = hand * WORDS;
            hand = (hand + 1) & mask;
            boolean isUsed = (entries[entry + FLAGS] & USED) != 0;
            if (isUsed && (entries[entry + UNANSWERED] == SETTLED || looks > LONGEST_SEARCH)) {
                remove(entry);
                return;
            }
        }
    }

    private void remove(int entry) {
        int free = entry / WORDS;
        size--;
        for (int next = (free + 1) & mask; (entries[next * WORDS + FLAGS] & USED) != 0; next = (next + 1) & mask) {
            int distanceFromHome = (next - home(entries[next * WORDS + KEY])) & mask;
            if (distanceFromHome >= ((next - free) & mask)) {
                System.arraycopy(entries, next * WORDS, entries, free * WORDS, WORDS);
                free = next;
            }
        }
        entries[free * WORDS + FLAGS] = 0;
    }

    private void grow() {
        long[] old = entries;
        int capacity = 2 * (mask + 1);
        entries = new long[capacity * WORDS];
        mask = capacity - 1;
        shift--;
        // What was at a place is at twice that, or next to it.
        hand *= 2;
        looksLeft *= 2;
        for (int from = 0; from < old.length; from += WORDS) {
            if ((old[from + FLAGS] & USED) != 0) {
                System.arraycopy(old, from, entries, find(old[from + KEY]), WORDS);
            }
        }
    }

    /** Forgets everything; the memory stays. */
    void clear() {
        Arrays.fill(entries, 0);
        size = 0;
        takenOver = 0;
        looksLeft = 0;
        newestSignal = 0;
        sweptSignal = 0;
    }
}
