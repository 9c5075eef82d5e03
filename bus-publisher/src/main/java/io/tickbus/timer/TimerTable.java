// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.TimerCommand;

/**
 * The fields of each timer, indexed by the number that the wheel gave it: 72 bytes a timer. The table grows in chunks
 * that are never copied, so that no step of growth takes long.
 *
 * <pre>
 *   0        4        8                 16                24                32
 *  +-----------------+-----------------+-----------------+-----------------+
 *  | key             | periodNs        | dueNs or left   | occurrence      |
 *  +-----------------+-----------------+--------+----+---+--------+--------+
 *  | payload                  | gener. |signalId|own.| b | graceUs|   0    |
 *  +--------+--------+-----------------+--------+----+---+--------+--------+
 *  | cap    | misfire|        44       48       52   54  56       60       64
 *  +--------+--------+
 *  64       68       72
 * </pre>
 *
 * <p>{@code periodNs} is 0 for a one-shot timer, and below 0 minus the number of a schedule, see {@link Recurrence}.
 * {@code dueNs} is the deadline of the next occurrence, in CLOCK_REALTIME for a calendar timer. The wheel's deadline
 * may be later, for a timer that catches up. For a paused one-shot timer the field is the time left. {@code b}: bits 0
 * to 4 payload length, 5 and 6 misfire policy, 7 persistent, 8 and 9 state, 10 to 15 slack class. {@code misfire}: how
 * many occurrences a SKIP timer has skipped, or how many a FIRE_ALL timer may still catch up on, see {@link
 * MisfireRule}. {@code cap}: bits 0 to 19 the cap, 20
 * and 21 durability, 22 calendar, 23 not before the time that its arming named, 24 recovered, 25 maybe a duplicate.
 *
 * <p>An entry that no timer has is in the state {@link #FREE}, and its other fields are meaningless. A retired entry,
 * of a timer that has fired and is still in the key index, is {@link #FIRED}: its {@code periodNs} is the owner's
 * generation and its {@code dueNs} the sequence of its signal.
 */
final class TimerTable {
    static final int FREE = 0;
    static final int PENDING = 1;
    static final int PAUSED = 2;
    static final int FIRED = 3;

    /** Bytes of one timer. */
    static final int ENTRY_LENGTH = 72;
    static final int LONGS = ENTRY_LENGTH / Long.BYTES;

    private static final int CHUNK_BITS = 12;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;

    private static final int KEY = 0;
    private static final int PERIOD_NS = 1;
    private static final int DUE_NS = 2;
    private static final int OCCURRENCE = 3;
    private static final int PAYLOAD_LOW = 4;
    private static final int PAYLOAD_GENERATION = 5;
    private static final int HEADER = 6;
    private static final int GRACE = 7;
    private static final int CAP_MISFIRE = 8;

    private static final int FIRED_GENERATION = PERIOD_NS;
    private static final int FIRED_SEQUENCE = DUE_NS;

    private static final int OWNER_SHIFT = 32;
    private static final int OWNER_MASK = 0xFFFF;
    private static final int PAYLOAD_LENGTH_SHIFT = 48;
    private static final int PAYLOAD_LENGTH_MASK = 0x1F;
    private static final int POLICY_SHIFT = 53;
    private static final int POLICY_MASK = 0x3;
    private static final long PERSISTENT = 1L << 55;
    private static final int STATE_SHIFT = 56;
    private static final int STATE_MASK = 0x3;
    private static final int SLACK_SHIFT = 58;
    private static final long UINT32 = 0xFFFF_FFFFL;
    private static final int CAP_MASK = (1 << 20) - 1;
    private static final int DURABILITY_SHIFT = 20;
    private static final int DURABILITY_MASK = 0x3;
    private static final long CALENDAR = 1L << 22;
    private static final long NOT_BEFORE = 1L << 23;
    private static final long RECOVERED = 1L << 24;
    private static final long MAYBE_DUPLICATE = 1L << 25;

    private final long[][] chunks;
    private int chunkCount;
    private int usedEver;
    /** Meaningless: stops the JIT from eliminating the loads. */
    @SuppressWarnings("UnusedVariable")
    private long prefetched;

    TimerTable(int capacity) {
        chunks = new long[(capacity + CHUNK_MASK) >>> CHUNK_BITS][];
    }

    /** Whether the next entry, which was never used, needs no memory. */
    boolean hasSpare() {
        return usedEver >>> CHUNK_BITS < chunkCount || chunkCount == chunks.length;
    }

    /** Allocates the memory of that entry. */
    void reserve() {
        if (!hasSpare()) {
            chunks[chunkCount] = new long[LONGS << CHUNK_BITS];
            chunkCount++;
        }
    }

    /** One more than the largest entry that was ever used. */
    int usedEver() {
        return usedEver;
    }

    /** Bytes of the arrays. */
    long sizeBytes() {
        return ((long) chunkCount << CHUNK_BITS) * ENTRY_LENGTH + (long) chunks.length * Integer.BYTES;
    }

    /**
     * Loads some entries into the cache, all at once: a processor overlaps about a dozen cache misses if no address
     * depends on another load.
     */
    void prefetch(int[] timers, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            // The first and the last word of an entry, which is longer than a cache line.
            sum += key(timers[i]) + cap(timers[i]);
        }
        prefetched = sum;
    }

    /** Fills a free entry from a checked command; the timer is then pending. */
    void fill(int timer, int owner, TimerCommand command, int slackClass) {
        long[] chunk = chunk(timer);
        int at = at(timer);
        usedEver = Math.max(usedEver, timer + 1);
        chunk[at + KEY] = command.key();
        chunk[at + PERIOD_NS] = command.periodNs();
        chunk[at + DUE_NS] = command.deadlineNs();
        chunk[at + OCCURRENCE] = command.occurrence();
        chunk[at + PAYLOAD_LOW] = command.payloadLow();
        chunk[at + PAYLOAD_GENERATION] =
                (command.payloadHigh() & UINT32) | ((long) command.generation() << Integer.SIZE);
        chunk[at + GRACE] = command.graceUs();
        chunk[at + CAP_MISFIRE] = (command.catchUpCap() & CAP_MASK)
                | ((long) command.durability().code() << DURABILITY_SHIFT)
                | ((command.flags() & CommandLayout.FLAG_CALENDAR) != 0 ? CALENDAR : 0)
                | (command.isNotBefore() ? NOT_BEFORE : 0);
        // Last, so that a fault cannot leave half a timer.
        chunk[at + HEADER] = Integer.toUnsignedLong(command.signalId()) | ((long) owner << OWNER_SHIFT)
                | ((long) command.payloadLength() << PAYLOAD_LENGTH_SHIFT)
                | ((long) (command.misfireCode() & POLICY_MASK) << POLICY_SHIFT)
                | (isPersistent(command) ? PERSISTENT : 0)
                | ((long) PENDING << STATE_SHIFT) | ((long) slackClass << SLACK_SHIFT);
    }

    /** Durable timers are always persistent. */
    private static boolean isPersistent(TimerCommand command) {
        return (command.flags() & (CommandLayout.FLAG_KEEP_ON_DEATH | Durability.FLAGS)) != 0;
    }

    void free(int timer) {
        state(timer, FREE);
    }

    /** Retires the entry of a one-shot timer that fires, for {@link RetiredTimers} to remove. */
    void retire(int timer, long generation) {
        long[] chunk = chunk(timer);
        int at = at(timer);
        chunk[at + FIRED_GENERATION] = generation;
        chunk[at + FIRED_SEQUENCE] = FiredLog.NONE;
        state(timer, FIRED);
    }

    /** The generation that a fired timer's owner had. */
    long firedGeneration(int timer) {
        return chunk(timer)[at(timer) + FIRED_GENERATION];
    }

    /** The sequence of a fired timer's signal; {@link FiredLog#NONE} before it has one. */
    long firedSequence(int timer) {
        return chunk(timer)[at(timer) + FIRED_SEQUENCE];
    }

    void firedSequence(int timer, long sequence) {
        chunk(timer)[at(timer) + FIRED_SEQUENCE] = sequence;
    }

    /** Copies an entry to where {@link #restore} finds it. */
    void save(int timer, long[] image) {
        System.arraycopy(chunk(timer), at(timer), image, 0, LONGS);
    }

    /** Fills a free entry from an image, for this owner. Whatever the image says, the timer is pending or paused. */
    void fillImage(int timer, int owner, long[] image) {
        restore(timer, image);
        usedEver = Math.max(usedEver, timer + 1);
        long[] chunk = chunk(timer);
        int at = at(timer) + HEADER;
        chunk[at] = (chunk[at] & ~((long) OWNER_MASK << OWNER_SHIFT)) | ((long) owner << OWNER_SHIFT) | PERSISTENT;
        state(timer, state(timer) == PAUSED ? PAUSED : PENDING);
    }

    void restore(int timer, long[] image) {
        System.arraycopy(image, 0, chunk(timer), at(timer), LONGS);
    }

    /** Moves a timer to another entry, which is free. */
    void move(int timer, int to) {
        System.arraycopy(chunk(timer), at(timer), chunk(to), at(to), LONGS);
        free(timer);
    }

    long key(int timer) {
        return chunk(timer)[at(timer) + KEY];
    }

    /** 0 for a one-shot timer; below 0, minus the number of its schedule. */
    long periodNs(int timer) {
        return chunk(timer)[at(timer) + PERIOD_NS];
    }

    /** Deadline of the next occurrence; of a paused one-shot timer, the time left. */
    long dueNs(int timer) {
        return chunk(timer)[at(timer) + DUE_NS];
    }

    /** Number of the next occurrence. */
    long occurrence(int timer) {
        return chunk(timer)[at(timer) + OCCURRENCE];
    }

    void due(int timer, long dueNs, long occurrence) {
        long[] chunk = chunk(timer);
        int at = at(timer);
        chunk[at + DUE_NS] = dueNs;
        chunk[at + OCCURRENCE] = occurrence;
    }

    long payloadLow(int timer) {
        return chunk(timer)[at(timer) + PAYLOAD_LOW];
    }

    int payloadHigh(int timer) {
        return (int) chunk(timer)[at(timer) + PAYLOAD_GENERATION];
    }

    /** The number that the owner gave the arming. */
    int generation(int timer) {
        return (int) (chunk(timer)[at(timer) + PAYLOAD_GENERATION] >>> Integer.SIZE);
    }

    int payloadLength(int timer) {
        return (int) (header(timer) >>> PAYLOAD_LENGTH_SHIFT) & PAYLOAD_LENGTH_MASK;
    }

    int signalId(int timer) {
        return (int) header(timer);
    }

    int owner(int timer) {
        return (int) (header(timer) >>> OWNER_SHIFT) & OWNER_MASK;
    }

    int policyCode(int timer) {
        return (int) (header(timer) >>> POLICY_SHIFT) & POLICY_MASK;
    }

    /** Whether a timer outlives the clients of its owner; an ephemeral one does not. */
    boolean isPersistent(int timer) {
        return (header(timer) & PERSISTENT) != 0;
    }

    /** Whether the entry is a pending or paused timer's. */
    boolean isTaken(int timer) {
        int state = state(timer);
        return state == PENDING || state == PAUSED;
    }

    int state(int timer) {
        return (int) (header(timer) >>> STATE_SHIFT) & STATE_MASK;
    }

    void state(int timer, int state) {
        long[] chunk = chunk(timer);
        int at = at(timer) + HEADER;
        chunk[at] = (chunk[at] & ~((long) STATE_MASK << STATE_SHIFT)) | ((long) state << STATE_SHIFT);
    }

    int slackClass(int timer) {
        return (int) (header(timer) >>> SLACK_SHIFT);
    }

    long graceUs(int timer) {
        return chunk(timer)[at(timer) + GRACE] & UINT32;
    }

    int cap(int timer) {
        return (int) chunk(timer)[at(timer) + CAP_MISFIRE] & CAP_MASK;
    }

    /** {@code Durability.code()}. */
    int durabilityCode(int timer) {
        return (int) (chunk(timer)[at(timer) + CAP_MISFIRE] >>> DURABILITY_SHIFT) & DURABILITY_MASK;
    }

    /** Whether a timer follows CLOCK_REALTIME. */
    boolean isCalendar(int timer) {
        return (chunk(timer)[at(timer) + CAP_MISFIRE] & CALENDAR) != 0;
    }

    /** Whether the first occurrence of a timer with a schedule is the first from a time on that its arming named. */
    boolean isNotBefore(int timer) {
        return (chunk(timer)[at(timer) + CAP_MISFIRE] & NOT_BEFORE) != 0;
    }

    static boolean isCalendar(long[] image) {
        return (image[CAP_MISFIRE] & CALENDAR) != 0;
    }

    /** Whether those fields of an image are valid that nothing else would check before the timer fires. */
    static boolean isSound(long[] image) {
        int length = (int) (image[HEADER] >>> PAYLOAD_LENGTH_SHIFT) & PAYLOAD_LENGTH_MASK;
        int durability = (int) (image[CAP_MISFIRE] >>> DURABILITY_SHIFT) & DURABILITY_MASK;
        return length <= SignalRecordLayout.MAX_PAYLOAD_LENGTH && (image[PERIOD_NS] >= 0 || isCalendar(image))
                && durability <= Durability.DISK.code();
    }

    static long periodNs(long[] image) {
        return image[PERIOD_NS];
    }

    static long dueNs(long[] image) {
        return image[DUE_NS];
    }

    /** The timer is known to have fired since the image was taken: its next firing is no duplicate. */
    void firedSince(int timer) {
        set(timer, MAYBE_DUPLICATE, false);
    }

    /** The timer was recovered after a restart; its next firing may have happened before. */
    void recovered(int timer, boolean mayBeDuplicate) {
        set(timer, RECOVERED, true);
        if (mayBeDuplicate) {
            // Never cleared here: an image of an earlier recovery may have set it.
            set(timer, MAYBE_DUPLICATE, true);
        }
    }

    private void set(int timer, long bit, boolean isSet) {
        long[] chunk = chunk(timer);
        int at = at(timer) + CAP_MISFIRE;
        chunk[at] = isSet ? chunk[at] | bit : chunk[at] & ~bit;
    }

    /** Flags for the first firing after a recovery; cleared by this call unless more occurrences are overdue. */
    int takeRecoveryFlags(int timer, boolean moreOverdue) {
        long[] chunk = chunk(timer);
        int at = at(timer) + CAP_MISFIRE;
        long bits = chunk[at];
        if ((bits & (RECOVERED | MAYBE_DUPLICATE)) == 0) {
            return 0;
        }
        // All occurrences that were overdue at the recovery get the same flags.
        chunk[at] = moreOverdue ? bits : bits & ~(RECOVERED | MAYBE_DUPLICATE);
        return ((bits & RECOVERED) != 0 ? SignalRecordLayout.FLAG_RECOVERED : 0)
                | ((bits & MAYBE_DUPLICATE) != 0 ? SignalRecordLayout.FLAG_MAYBE_DUPLICATE : 0);
    }

    /** Of a SKIP timer: how many late occurrences the next firing in time reports as missed. */
    int skippedCount(int timer) {
        return misfire(timer);
    }

    void skippedCount(int timer, int skippedCount) {
        misfire(timer, skippedCount);
    }

    /** Of a FIRE_ALL timer: how many late occurrences may still fire on their own; 0 while it is not late. */
    int catchUpLeft(int timer) {
        return misfire(timer);
    }

    void catchUpLeft(int timer, int catchUpLeft) {
        misfire(timer, catchUpLeft);
    }

    /** {@link #skippedCount} or {@link #catchUpLeft}, whichever the timer has. */
    int lateCount(int timer) {
        return misfire(timer);
    }

    /** Makes a command the one that would arm the timer again, but for its deadline. */
    void copyArming(int timer, TimerCommand command) {
        command.arm(key(timer), signalId(timer), 0).periodNs(periodNs(timer)).graceUs(graceUs(timer))
                .flags((isPersistent(timer) ? CommandLayout.FLAG_KEEP_ON_DEATH : 0)
                        | Durability.of(durabilityCode(timer)).flags()
                        | (isCalendar(timer) ? CommandLayout.FLAG_CALENDAR : 0))
                .payload(payloadLow(timer), payloadHigh(timer), payloadLength(timer)).generation(generation(timer));
        MisfirePolicy policy = MisfirePolicy.of(policyCode(timer));
        if (policy == null) {
            command.occurrence((int) occurrence(timer));
        } else {
            command.misfire(policy, cap(timer));
        }
    }

    /** Forgets the occurrences that were skipped, and ends any backlog. */
    void resetMisfire(int timer) {
        misfire(timer, 0);
    }

    private int misfire(int timer) {
        return (int) (chunk(timer)[at(timer) + CAP_MISFIRE] >>> Integer.SIZE);
    }

    private void misfire(int timer, int value) {
        long[] chunk = chunk(timer);
        int at = at(timer) + CAP_MISFIRE;
        chunk[at] = (chunk[at] & UINT32) | ((long) value << Integer.SIZE);
    }

    private long header(int timer) {
        return chunk(timer)[at(timer) + HEADER];
    }

    private long[] chunk(int timer) {
        return chunks[timer >>> CHUNK_BITS];
    }

    private static int at(int timer) {
        return (timer & CHUNK_MASK) * LONGS;
    }
}
