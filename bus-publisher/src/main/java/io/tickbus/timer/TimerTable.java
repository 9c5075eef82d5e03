package io.tickbus.timer;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.TimerCommand;

/**
 * What the engine knows of each timer besides its deadline, by the wheel's index: 72 bytes, in chunks that are made as
 * the indexes grow and are never copied, so that no step of growth takes long.
 *
 * <pre>
 *   0        4        8                 16                24                32
 *  +-----------------+-----------------+-----------------+-----------------+
 *  | key             | periodNs        | dueNs or left   | occurrence      |
 *  +-----------------+-----------------+--------+----+---+--------+--------+
 *  | payload                  | gener. |signalId|own.| b | graceUs| link   |
 *  +--------+--------+-----------------+--------+----+---+--------+--------+
 *  | cap    | arrears|        44       48       52   54  56       60       64
 *  +--------+--------+
 *  64       68       72
 * </pre>
 *
 * <p>{@code dueNs} is the deadline of the occurrence that is next, CLOCK_REALTIME of a calendar timer. The wheel's may
 * be later, for a timer that catches up; of a held timer that is due once, the time left is here instead. {@code b}:
 * bits 0 to 4 payload length, 5 and 6 misfire policy, 7 keep on death, 8 and 9 state, 10 to 15 class of slack. {@code
 * arrears}: see {@link MisfireRule}.
 * {@code link}: the next in the bucket of {@link KeyIndex}. {@code cap}: bits 0 to 19 the cap, 20 and 21 durability, 22
 * calendar, 24 recovered, 25 maybe a duplicate.
 *
 * <p>The entry of a free index has the state {@link #FREE}; no other field of it means anything. One that has fired and
 * is still in the index is {@link #FIRED}: instead of {@code periodNs} it has its owner's generation and instead of
 * {@code dueNs} its signal's sequence.
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
    private static final int GRACE_LINK = 7;
    private static final int CAP_ARREARS = 8;

    private static final int FIRED_GENERATION = PERIOD_NS;
    private static final int FIRED_SEQUENCE = DUE_NS;

    private static final int OWNER_SHIFT = 32;
    private static final int OWNER_MASK = 0xFFFF;
    private static final int PAYLOAD_LENGTH_SHIFT = 48;
    private static final int PAYLOAD_LENGTH_MASK = 0x1F;
    private static final int POLICY_SHIFT = 53;
    private static final int POLICY_MASK = 0x3;
    private static final long KEEP = 1L << 55;
    private static final int STATE_SHIFT = 56;
    private static final int STATE_MASK = 0x3;
    private static final int SLACK_SHIFT = 58;
    private static final long UINT32 = 0xFFFF_FFFFL;
    private static final int CAP_MASK = (1 << 20) - 1;
    private static final int DURABILITY_SHIFT = 20;
    private static final int DURABILITY_MASK = 0x3;
    private static final long CALENDAR = 1L << 22;
    private static final long RECOVERED = 1L << 24;
    private static final long MAYBE_DUPLICATE = 1L << 25;

    private final long[][] chunks;
    private int chunkCount;
    private int usedEver;

    TimerTable(int capacity) {
        chunks = new long[(capacity + CHUNK_MASK) >>> CHUNK_BITS][];
    }

    /** Whether there is an entry for an index that was never used. */
    boolean hasSpare() {
        return usedEver >>> CHUNK_BITS < chunkCount || chunkCount == chunks.length;
    }

    /** Gets the memory of that entry. */
    void reserve() {
        if (!hasSpare()) {
            chunks[chunkCount] = new long[LONGS << CHUNK_BITS];
            chunkCount++;
        }
    }

    /** One more than the largest index that was ever used. */
    int usedEver() {
        return usedEver;
    }

    /** Bytes of the arrays. */
    long sizeBytes() {
        return ((long) chunkCount << CHUNK_BITS) * ENTRY_LENGTH + (long) chunks.length * Integer.BYTES;
    }

    /** Takes over a checked command; the timer, which was free, is pending and owes nothing. The link stays. */
    void fill(int timer, int owner, TimerCommand command, int slackClass) {
        long[] chunk = chunk(timer);
        int at = at(timer);
        usedEver = Math.max(usedEver, timer + 1);
        chunk[at + KEY] = command.key();
        chunk[at + PERIOD_NS] = command.periodNs();
        chunk[at + DUE_NS] = command.deadlineNs();
        chunk[at + OCCURRENCE] = 0;
        chunk[at + PAYLOAD_LOW] = command.payloadLow();
        chunk[at + PAYLOAD_GENERATION] =
                (command.payloadHigh() & UINT32) | ((long) command.generation() << Integer.SIZE);
        chunk[at + GRACE_LINK] = (chunk[at + GRACE_LINK] & ~UINT32) | command.graceUs();
        chunk[at + CAP_ARREARS] = (command.catchUpCap() & CAP_MASK)
                | ((long) command.durability().code() << DURABILITY_SHIFT)
                | ((command.flags() & CommandLayout.FLAG_CALENDAR) != 0 ? CALENDAR : 0);
        // Last, so that a fault cannot leave half a timer.
        chunk[at + HEADER] = Integer.toUnsignedLong(command.signalId()) | ((long) owner << OWNER_SHIFT)
                | ((long) command.payloadLength() << PAYLOAD_LENGTH_SHIFT)
                | ((long) command.misfireCode() << POLICY_SHIFT) | (CommandCheck.isKept(command) ? KEEP : 0)
                | ((long) PENDING << STATE_SHIFT) | ((long) slackClass << SLACK_SHIFT);
    }

    void free(int timer) {
        state(timer, FREE);
    }

    /** A timer that is due once fires; it is no more, but for what {@link FiredTimers} has to do. */
    void fire(int timer, long generation) {
        long[] chunk = chunk(timer);
        int at = at(timer);
        chunk[at + FIRED_GENERATION] = generation;
        chunk[at + FIRED_SEQUENCE] = FiredLog.NONE;
        state(timer, FIRED);
    }

    /** The generation of its owner when it fired. */
    long firedGeneration(int timer) {
        return chunk(timer)[at(timer) + FIRED_GENERATION];
    }

    /** Its signal's sequence; {@link FiredLog#NONE} before it has one. */
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

    /** A new entry as an image shows it, of this owner; whatever the image's bits, the timer is pending or held. */
    void fillImage(int timer, int owner, long[] image) {
        int link = link(timer);
        restore(timer, image);
        usedEver = Math.max(usedEver, timer + 1);
        link(timer, link);
        long[] chunk = chunk(timer);
        int at = at(timer) + HEADER;
        chunk[at] = (chunk[at] & ~((long) OWNER_MASK << OWNER_SHIFT)) | ((long) owner << OWNER_SHIFT) | KEEP;
        state(timer, state(timer) == PAUSED ? PAUSED : PENDING);
    }

    void restore(int timer, long[] image) {
        System.arraycopy(image, 0, chunk(timer), at(timer), LONGS);
    }

    /** Gives a timer another index, which is free; its own becomes free. */
    void move(int timer, int to) {
        System.arraycopy(chunk(timer), at(timer), chunk(to), at(to), LONGS);
        free(timer);
    }

    long key(int timer) {
        return chunk(timer)[at(timer) + KEY];
    }

    /** 0 for a timer that is due once. */
    long periodNs(int timer) {
        return chunk(timer)[at(timer) + PERIOD_NS];
    }

    /** Deadline of the next occurrence; of a held timer that is due once, the time left. */
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

    /** The number that its owner gave the arming. */
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

    /** Whether it outlives the clients of its owner. */
    boolean isKept(int timer) {
        return (header(timer) & KEEP) != 0;
    }

    /** Whether it is a timer, pending or held. */
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
        return chunk(timer)[at(timer) + GRACE_LINK] & UINT32;
    }

    int link(int timer) {
        return (int) (chunk(timer)[at(timer) + GRACE_LINK] >>> Integer.SIZE);
    }

    void link(int timer, int link) {
        long[] chunk = chunk(timer);
        int at = at(timer) + GRACE_LINK;
        chunk[at] = (chunk[at] & UINT32) | ((long) link << Integer.SIZE);
    }

    int cap(int timer) {
        return (int) chunk(timer)[at(timer) + CAP_ARREARS] & CAP_MASK;
    }

    /** {@code Durability.code()}. */
    int durabilityCode(int timer) {
        return (int) (chunk(timer)[at(timer) + CAP_ARREARS] >>> DURABILITY_SHIFT) & DURABILITY_MASK;
    }

    /** Whether it follows CLOCK_REALTIME. */
    boolean isCalendar(int timer) {
        return (chunk(timer)[at(timer) + CAP_ARREARS] & CALENDAR) != 0;
    }

    static boolean isCalendar(long[] image) {
        return (image[CAP_ARREARS] & CALENDAR) != 0;
    }

    /** Whether what would not be found out before it fires makes sense. */
    static boolean isSound(long[] image) {
        int length = (int) (image[HEADER] >>> PAYLOAD_LENGTH_SHIFT) & PAYLOAD_LENGTH_MASK;
        int durability = (int) (image[CAP_ARREARS] >>> DURABILITY_SHIFT) & DURABILITY_MASK;
        return length <= SignalRecordLayout.MAX_PAYLOAD_LENGTH && image[PERIOD_NS] >= 0
                && durability <= Durability.DISK.code();
    }

    static long dueNs(long[] image) {
        return image[DUE_NS];
    }

    /** It is known to have fired since. */
    void firedSince(int timer) {
        set(timer, MAYBE_DUPLICATE, false);
    }

    /** It was there before a restart, and perhaps has fired for what is due now. */
    void recovered(int timer, boolean isMaybeDuplicate) {
        set(timer, RECOVERED, true);
        if (isMaybeDuplicate) {
            // Never taken back: an image of a recovery before may say so too.
            set(timer, MAYBE_DUPLICATE, true);
        }
    }

    private void set(int timer, long bit, boolean isSet) {
        long[] chunk = chunk(timer);
        int at = at(timer) + CAP_ARREARS;
        chunk[at] = isSet ? chunk[at] | bit : chunk[at] & ~bit;
    }

    /** What the first firing after a restart has to say of it; the later ones need not. */
    int takeRecoveryFlags(int timer, boolean areMoreOverdue) {
        long[] chunk = chunk(timer);
        int at = at(timer) + CAP_ARREARS;
        long bits = chunk[at];
        if ((bits & (RECOVERED | MAYBE_DUPLICATE)) == 0) {
            return 0;
        }
        // What is said of one that is overdue is so of those after it that are as well.
        chunk[at] = areMoreOverdue ? bits : bits & ~(RECOVERED | MAYBE_DUPLICATE);
        return ((bits & RECOVERED) != 0 ? SignalRecordLayout.FLAG_RECOVERED : 0)
                | ((bits & MAYBE_DUPLICATE) != 0 ? SignalRecordLayout.FLAG_MAYBE_DUPLICATE : 0);
    }

    int arrears(int timer) {
        return (int) (chunk(timer)[at(timer) + CAP_ARREARS] >>> Integer.SIZE);
    }

    void arrears(int timer, int arrears) {
        long[] chunk = chunk(timer);
        int at = at(timer) + CAP_ARREARS;
        chunk[at] = (chunk[at] & UINT32) | ((long) arrears << Integer.SIZE);
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
