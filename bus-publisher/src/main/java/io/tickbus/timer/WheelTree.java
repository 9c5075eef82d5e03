package io.tickbus.timer;

/**
 * The order of a {@link TimingWheel}'s timers: a tree of wheels of 16 buckets, in which a bucket is a list of at most
 * {@link #MAX_LIST} timers or, where more came together, a finer wheel of its own.
 *
 * <ul>
 * <li>A place depends on the deadline only, never on the time: nothing has to move because time passes, and timers
 *     armed for the past or for long after are no special cases.
 * <li>A wheel is as coarse as what it holds demands: levels at which all of its deadlines agree are left out.
 * <li>Equal deadlines are always in one list, in arming order; whatever moves lists keeps it. A bucket of 1 ns holds
 *     one deadline only, so there the list may be of any length.
 * <li>The list whose turn has come is copied into a sorted {@link DueRun}; nothing is moved for that.
 * <li>A wheel that has become nearly empty becomes a list again, at most {@link #MAX_FOLDED_SEGMENTS} segments.
 * </ul>
 *
 * <p>So each step moves a bounded number of timers: what would be a cascade of everything in a bucket is one list here.
 *
 * <p>What costs time among millions of timers are looks at memory that wait for each other. Arming one in any order
 * looks at the timer and at one segment, cancelling it at the timer alone, as its segment is looked at later with
 * others; the wheels above are few enough for the cache. Lists are arrays of numbers, not links from timer to timer: to
 * sort or move one, its timers are looked at all at once and not one after the other.
 */
final class WheelTree {
    /** Segments of a list that becomes a wheel when it grows beyond, unless most of it is cancelled. */
    static final int MAX_SEGMENTS = 12;
    /** Timers of a list, but of equal deadlines. */
    static final int MAX_LIST = MAX_SEGMENTS * SegmentSlab.SLOTS;
    /** A wheel with no more buckets in use may become a list again ... */
    static final int MAX_FOLDED_BUCKETS = 4;
    /** ... if it has no more than this; far below MAX_SEGMENTS, so that one timer does not flip it back and forth. */
    static final int MAX_FOLDED_SEGMENTS = 4;

    private static final int NONE = TimerSlab.NONE;

    private final TimerSlab timers;
    private final SegmentSlab segments;
    private final WheelSlab wheels = new WheelSlab();
    private final DueRun run;
    /** Timers that are moved or copied. */
    private final int[] moved = new int[MAX_LIST];
    /** Their deadlines. */
    private final long[] movedNs = new long[MAX_LIST];
    /** Without a meaning: keeps looks that are taken ahead from being left out. */
    @SuppressWarnings("UnusedVariable")
    private long lookedAt;

    WheelTree(TimerSlab timers) {
        this.timers = timers;
        this.segments = new SegmentSlab(timers);
        this.run = new DueRun(timers);
    }

    /** For tests. */
    TimerSlab timers() {
        return timers;
    }

    WheelSlab wheels() {
        return wheels;
    }

    SegmentSlab segments() {
        return segments;
    }

    /** Bytes of the arrays of wheels and lists. */
    long sizeBytes() {
        return wheels.sizeBytes() + segments.sizeBytes();
    }

    /** Whether the next {@link #link} needs no memory. */
    boolean hasSpare() {
        return segments.hasSpare() && wheels.hasSpare();
    }

    /** Gets the memory that the next {@link #link} needs. */
    void reserve() {
        segments.reserve();
        wheels.reserve();
    }

    /** The earliest timer, of equal ones the first linked; NONE if there is none. */
    int first() {
        int first = run.first();
        return first == NONE ? load() : first;
    }

    /** The deadline of {@link #first()}, which must have been asked for and found. */
    long firstNs() {
        return run.firstNs();
    }

    /** Copies timers that come next and are due; as {@link DueRun#copyDue}. */
    int copyDue(long nowNs, int[] into, int most) {
        return first() == NONE ? 0 : run.copyDue(nowNs, into, most);
    }

    /** Puts a timer in. */
    void link(int timer, long deadlineNs) {
        timers.deadlineNs(timer, deadlineNs);
        int place = wheels.placeOf(deadlineNs);
        long bucket = wheels.bucket(place);
        // Not by append, which calls itself: this is to be compiled into one piece.
        if (hasRoom(bucket)) {
            fill(place, bucket, timer);
        } else {
            appendToNew(place, bucket, timer, deadlineNs);
        }
        if (deadlineNs < run.endNs()) {
            run.insert(timer, deadlineNs);
        }
    }

    private void append(int place, int timer, long deadlineNs) {
        long bucket = wheels.bucket(place);
        if (hasRoom(bucket)) {
            fill(place, bucket, timer);
        } else {
            appendToNew(place, bucket, timer, deadlineNs);
        }
    }

    private static boolean hasRoom(long bucket) {
        return bucket > Bucket.EMPTY && Bucket.used(bucket) < SegmentSlab.SLOTS;
    }

    private void fill(int place, long bucket, int timer) {
        wheels.bucket(place, Bucket.filled(bucket));
        segments.append(Bucket.last(bucket), Bucket.used(bucket), timer);
    }

    /** Where there is no segment with room. */
    private void appendToNew(int place, long bucket, int timer, long deadlineNs) {
        if (bucket == Bucket.EMPTY) {
            start(place, timer);
        } else if (Bucket.isWheel(bucket)) {
            start(wheels.placeOf(insertAbove(Bucket.wheelOf(bucket), deadlineNs), deadlineNs), timer);
        } else if (isAtLimit(place, bucket)) {
            segments.countLeft();
            tidyOrExtend(place, bucket, timer, deadlineNs);
        } else {
            extend(place, bucket, timer);
        }
    }

    /** Whether a list is as long as it may be, or half as long, which it should not be for no good reason. */
    private boolean isAtLimit(int place, long bucket) {
        int count = Bucket.count(bucket);
        return (count == MAX_SEGMENTS / 2 || count == MAX_SEGMENTS)
                && wheels.shift(place >>> WheelSlab.BUCKET_BITS) != 0;
    }

    private void tidyOrExtend(int place, long bucket, int timer, long deadlineNs) {
        if (Bucket.count(bucket) == MAX_SEGMENTS || live(Bucket.first(bucket)) <= MAX_LIST / 4) {
            tidy(place, bucket);
            append(wheels.placeBelow(place >>> WheelSlab.BUCKET_BITS, deadlineNs), timer, deadlineNs);
        } else {
            extend(place, bucket, timer);
        }
    }

    private int live(int firstSegment) {
        int live = 0;
        for (int segment = firstSegment; segment != SegmentSlab.NONE; segment = segments.next(segment)) {
            live += segments.live(segment);
        }
        return live;
    }

    private void start(int place, int timer) {
        int segment = segments.take(place);
        wheels.occupy(place, Bucket.listOf(segment));
        segments.append(segment, 0, timer);
    }

    private void extend(int place, long bucket, int timer) {
        int segment = segments.take(place);
        segments.join(Bucket.last(bucket), segment);
        wheels.bucket(place, Bucket.extended(bucket, segment));
        segments.append(segment, 0, timer);
    }

    /** A wheel coarse enough for both takes the place of one that does not cover the deadline. */
    private int insertAbove(int wheel, long deadlineNs) {
        long coveredNs = wheels.coveredNs(wheel);
        int place = wheels.place(wheel);
        int above = wheels.take(deadlineNs, shiftOf(coveredNs ^ deadlineNs), place);
        wheels.bucket(place, wheels.word(above));
        int placeAbove = wheels.placeOf(above, coveredNs);
        wheels.occupy(placeAbove, wheels.word(wheel));
        wheels.place(wheel, placeAbove);
        return above;
    }

    /** The shift of the wheel in which deadlines part that differ in these bits. */
    private static int shiftOf(long differing) {
        return differing == 0 ? 0 : (63 - Long.numberOfLeadingZeros(differing)) / WheelSlab.BUCKET_BITS
                * WheelSlab.BUCKET_BITS;
    }

    /** A list becomes too long: it is compacted if most of it is cancelled, else a finer wheel takes its place. */
    private void tidy(int place, long bucket) {
        int count = takeOut(Bucket.first(bucket));
        // Also where only the timers are needed: the looks at them are to wait for nothing.
        copyDeadlines(count);
        if (count == 0) {
            wheels.vacate(place);
        } else if (count <= MAX_LIST / 2) {
            wheels.bucket(place, segments.listOf(moved, count, place));
        } else {
            part(place, count);
        }
    }

    /** Makes a wheel of the first so many of {@link #moved}. */
    private void part(int place, int count) {
        long differing = 0;
        for (int i = 0; i < count; i++) {
            differing |= movedNs[i] ^ movedNs[0];
        }
        int wheel = wheels.take(movedNs[0], shiftOf(differing), place);
        wheels.bucket(place, wheels.word(wheel));
        for (int i = 0; i < count; i++) {
            append(wheels.placeOf(wheel, movedNs[i]), moved[i], movedNs[i]);
        }
    }

    /** Copies the deadlines of the first so many of {@link #moved}. */
    private void copyDeadlines(int count) {
        for (int i = 0; i < count; i++) {
            movedNs[i] = timers.deadlineNs(moved[i]);
        }
    }

    /** Frees a list's segments, which must be counted. {@link #moved} has its timers then, in order: so many. */
    private int takeOut(int firstSegment) {
        int count = 0;
        for (int segment = firstSegment; segment != SegmentSlab.NONE; ) {
            count = segments.copyLive(segment, moved, count);
            int next = segments.next(segment);
            segments.drop(segment);
            segment = next;
        }
        return count;
    }

    /** Takes a timer out that is in this slot. */
    void unlink(int timer, int slot, boolean isInRun, long deadlineNs) {
        if (isInRun) {
            run.remove(timer, deadlineNs);
        }
        if (segments.leave(slot)) {
            countLeft();
        }
    }

    private void countLeft() {
        segments.countLeft();
        if (segments.emptyCount() >= SegmentSlab.MAX_EMPTY) {
            takeEmptyOut();
        }
    }

    /** Takes segments that were left empty out of their lists. What that looks at is first looked at all at once. */
    private void takeEmptyOut() {
        long seen = 0;
        for (int i = segments.emptyCount(); --i >= 0; ) {
            int segment = segments.empty(i);
            seen += segments.place(segment) + segments.live(segment);
        }
        for (int i = segments.emptyCount(); --i >= 0; ) {
            int segment = segments.empty(i);
            int place = Math.max(0, segments.place(segment));
            seen += wheels.bucket(place) + wheels.occupied(place >>> WheelSlab.BUCKET_BITS)
                    + segments.live(Math.max(0, segments.previous(segment)))
                    + segments.live(Math.max(0, segments.next(segment)));
        }
        lookedAt = seen;
        for (int segment = segments.takeEmpty(); segment != SegmentSlab.NONE; segment = segments.takeEmpty()) {
            if (segments.live(segment) == 0) {
                if (segments.place(segment) == SegmentSlab.NONE) {
                    segments.free(segment);
                } else {
                    remove(segment);
                }
            }
        }
    }

    private void remove(int segment) {
        int place = segments.place(segment);
        int previous = segments.previous(segment);
        int next = segments.next(segment);
        segments.free(segment);
        if (previous == SegmentSlab.NONE && next == SegmentSlab.NONE) {
            vacate(place);
            return;
        }
        segments.join(previous, next);
        long bucket = wheels.bucket(place);
        int first = previous == SegmentSlab.NONE ? next : Bucket.first(bucket);
        if (next == SegmentSlab.NONE) {
            bucket = Bucket.removed(bucket, first, previous, segments.used(previous));
        } else {
            bucket = Bucket.removed(bucket, first, Bucket.last(bucket), Bucket.used(bucket));
        }
        wheels.bucket(place, bucket);
        if (Bucket.count(bucket) <= MAX_FOLDED_SEGMENTS) {
            shrink(place >>> WheelSlab.BUCKET_BITS);
        }
    }

    private void vacate(int place) {
        wheels.vacate(place);
        shrink(place >>> WheelSlab.BUCKET_BITS);
    }

    /** Something has gone from a wheel: it goes itself if little is left, and then perhaps those above. */
    private void shrink(int smaller) {
        int wheel = smaller;
        int occupied = wheels.occupied(wheel);
        while (wheel != WheelSlab.ROOT && Integer.bitCount(occupied) <= MAX_FOLDED_BUCKETS) {
            int above = wheels.place(wheel);
            if (occupied == 0) {
                wheels.vacate(above);
            } else if (!fold(wheel, occupied, above)) {
                return;
            }
            wheels.free(wheel);
            wheel = above >>> WheelSlab.BUCKET_BITS;
            occupied = wheels.occupied(wheel);
        }
    }

    /** Puts what is left in a wheel into the bucket above, if it is little enough; says whether it did. */
    private boolean fold(int wheel, int occupied, int above) {
        int firstPlace = wheel << WheelSlab.BUCKET_BITS;
        int count = 0;
        for (int left = occupied; left != 0; left &= left - 1) {
            long bucket = wheels.bucket(firstPlace + Integer.numberOfTrailingZeros(left));
            if (Bucket.isWheel(bucket)) {
                if (Integer.bitCount(occupied) > 1) {
                    return false;
                }
                wheels.bucket(above, bucket);
                wheels.place(Bucket.wheelOf(bucket), above);
                return true;
            }
            count += Bucket.count(bucket);
        }
        if (count > MAX_FOLDED_SEGMENTS) {
            return false;
        }
        int first = SegmentSlab.NONE;
        int last = SegmentSlab.NONE;
        for (int left = occupied; left != 0; left &= left - 1) {
            long bucket = wheels.bucket(firstPlace + Integer.numberOfTrailingZeros(left));
            segments.join(last, Bucket.first(bucket));
            first = first == SegmentSlab.NONE ? Bucket.first(bucket) : first;
            last = Bucket.last(bucket);
        }
        wheels.bucket(above, Bucket.list(first, last, count, segments.used(last)));
        for (int segment = first; segment != SegmentSlab.NONE; segment = segments.next(segment)) {
            segments.place(segment, above);
        }
        return true;
    }

    /** Makes a new run of the first list and returns its first timer; NONE if there is no list. */
    private int load() {
        segments.countLeft();
        takeEmptyOut();
        if (wheels.occupied(WheelSlab.ROOT) == 0) {
            return NONE;
        }
        int wheel = WheelSlab.ROOT;
        long bucket = firstBucket(wheel);
        while (Bucket.isWheel(bucket)) {
            wheel = Bucket.wheelOf(bucket);
            bucket = firstBucket(wheel);
        }
        run.begin();
        boolean isWhole = copy(Bucket.first(bucket));
        int first = run.first();
        long firstNs = run.firstNs();
        long lastNs = firstNs | (1L << wheels.shift(wheel)) - 1;
        run.end(isWhole && lastNs != Long.MAX_VALUE ? lastNs + 1 : lastNs);
        return first;
    }

    private long firstBucket(int wheel) {
        return wheels.bucket(wheel << WheelSlab.BUCKET_BITS | Integer.numberOfTrailingZeros(wheels.occupied(wheel)));
    }

    /** Copies a list into the run; false where it is longer than a step may be. Then all of it is due at once. */
    private boolean copy(int firstSegment) {
        int left = 2 * MAX_SEGMENTS;
        int count = 0;
        int segment = firstSegment;
        while (segment != SegmentSlab.NONE && count <= MAX_LIST - SegmentSlab.SLOTS && left-- > 0) {
            count = segments.copyLive(segment, moved, count);
            segment = segments.next(segment);
        }
        copyDeadlines(count);
        for (int i = 0; i < count; i++) {
            run.add(moved[i], movedNs[i]);
        }
        return segment == SegmentSlab.NONE;
    }
}
