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
 * <p>What is sent is written down first and looked up later, {@value #MOST_RECENT} at a time: a key's place is in no
 * cache where there are many, and who arms reads the clock in between, which waits for every look at memory.
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
    private static final int MOST_RECENT = 32;
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
    private final long[] recentKeys = new long[MOST_RECENT];
    private final long[] recentSequences = new long[MOST_RECENT];
    private int recent;
    /** Without a meaning: keeps looks that are taken ahead from being left out. */
    @SuppressWarnings("UnusedVariable")
    private long seen;
    private long forgotten;

    ArmingLog(int limit, int signalSlots) {
        this.limit = limit;
        this.signalSlots = signalSlots;
    }

    /** Keys that are remembered. */
    int size() {
        lookUpRecent();
        return size;
    }

    /** Keys that had to be forgotten although a stale firing could still come. */
    long forgotten() {
        lookUpRecent();
        return forgotten;
    }

    /** An ARM or CANCEL was committed. */
    void sent(long key, long sequence) {
        recentKeys[recent] = key;
        recentSequences[recent] = sequence;
        if (++recent == MOST_RECENT) {
            lookUpRecent();
        }
    }

    private void lookUpRecent() {
        int count = recent;
        recent = 0;
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += entries[home(recentKeys[i]) * WORDS + FLAGS];
        }
        seen = sum;
        for (int i = 0; i < count; i++) {
            lookUp(recentKeys[i], recentSequences[i]);
        }
    }

    private void lookUp(long key, long sequence) {
        int entry = find(key);
        if ((entries[entry + FLAGS] & USED) == 0) {
            entry = insert(key, entry);
        }
        entries[entry + UNANSWERED] = sequence;
    }

    /** The answer to an ARM or CANCEL came, in the order of the commands. */
    void answered(TimerReply reply, int type, boolean isPeriodic) {
        if (recent > 0) {
            lookUpRecent();
        }
        int entry = find(reply.key());
        newestSignal = Math.max(newestSignal, reply.signalSequence());
        if ((entries[entry + FLAGS] & USED) == 0) {
            return;
        }
        if (type == CommandLayout.TYPE_ARM && reply.code() == ReplyCode.ARMED) {
            armed(entry, reply.signalSequence(), isPeriodic);
        } else if (type == CommandLayout.TYPE_CANCEL) {
            cancelled(entry, reply);
        }
        if (entries[entry + UNANSWERED] == reply.commandSequence()) {
            entries[entry + UNANSWERED] = SETTLED;
            boolean isArmed = (entries[entry + FLAGS] & ARMED) != 0;
            if (!isArmed && (entries[entry + FLAGS] & CLEAN) != 0) {
                remove(entry);
            }
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
        if (recent > 0) {
            lookUpRecent();
        }
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
        recent = 0;
        looksLeft = 0;
        newestSignal = 0;
        sweptSignal = 0;
    }
}
