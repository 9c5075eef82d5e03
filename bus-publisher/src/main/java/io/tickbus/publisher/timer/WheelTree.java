package io.tickbus.publisher.timer;

/**
 * The order of a {@link TimingWheel}'s timers: a tree of wheels of 64 buckets, in which a bucket is a list of at most
 * {@link #MAX_LIST} timers or, where more came together, a finer wheel of its own.
 *
 * <ul>
 * <li>A place depends on the deadline only, never on the time: nothing has to move because time passes, and timers
 *     armed for the past or for long after are no special cases.
 * <li>A wheel is as coarse as what it holds demands: levels at which all of its deadlines agree are left out.
 * <li>Equal deadlines are always in one list, in arming order; whatever moves lists keeps it. A bucket of 1 ns holds
 *     one deadline only, so there the list may be of any length.
 * <li>A list is sorted when its turn comes, unless it ascends already.
 * <li>A wheel that has become nearly empty becomes a list again, at most {@link #MAX_FOLDED} timers.
 * </ul>
 *
 * So each step moves a bounded number of timers: what would be a cascade of everything in a bucket is one list here.
 */
final class WheelTree {
    /** A list that grows beyond this becomes a wheel. It also bounds the memory: a wheel costs 536 bytes. */
    static final int MAX_LIST = 96;
    /** A wheel with fewer buckets in use may become a list again ... */
    static final int MAX_FOLDED_BUCKETS = 16;
    /** ... if it holds no more than this; far below MAX_LIST, lest one timer to and fro make it a wheel each time. */
    static final int MAX_FOLDED = 32;

    private static final int NONE = TimerSlab.NONE;
    private static final int UNKNOWN = -2;

    private final TimerSlab timers;
    private final WheelSlab wheels = new WheelSlab();
    private final int[] sortedTimers = new int[MAX_LIST];
    private final long[] sortedNs = new long[MAX_LIST];

    /** The earliest timer, NONE, or UNKNOWN; with its deadline, which is below all others where it is unknown. */
    private int first = NONE;
    private long firstNs = Long.MAX_VALUE;
    /** The wheel that the last one was linked below: the next often belongs there too. */
    private int lastWheel = WheelSlab.ROOT;

    WheelTree(TimerSlab timers) {
        this.timers = timers;
    }

    WheelSlab wheels() {
        return wheels;
    }

    /** The earliest timer, of equal ones the first linked; NONE if there is none. */
    int first() {
        if (first == UNKNOWN) {
            findFirst();
        }
        return first;
    }

    /** The deadline of {@link #first()}; {@link Long#MAX_VALUE} if there is none. */
    long firstNs() {
        if (first == UNKNOWN) {
            findFirst();
        }
        return firstNs;
    }

    /** Puts a timer in. */
    void link(int timer, long deadlineNs) {
        timers.deadlineNs(timer, deadlineNs);
        if (deadlineNs < firstNs || first == NONE) {
            first = timer;
            firstNs = deadlineNs;
        }
        int wheel = wheels.isCovering(lastWheel, deadlineNs) ? lastWheel : WheelSlab.ROOT;
        int place = wheels.placeOf(wheel, deadlineNs);
        while (wheels.isOccupied(place)) {
            long bucket = wheels.bucket(place);
            if (!Bucket.isWheel(bucket)) {
                lastWheel = wheel;
                append(place, bucket, timer, deadlineNs);
                return;
            }
            wheel = Bucket.wheelOf(bucket);
            if (!wheels.isCovering(wheel, deadlineNs)) {
                wheel = insertAbove(wheel, deadlineNs);
            }
            place = wheels.placeOf(wheel, deadlineNs);
        }
        lastWheel = wheel;
        start(place, timer);
    }

    private void start(int place, int timer) {
        wheels.occupy(place, Bucket.listOf(timer));
        timers.links(timer, NONE, NONE);
        timers.bucket(timer, place);
    }

    private void append(int place, long bucket, int timer, long deadlineNs) {
        int tail = Bucket.tail(bucket);
        timers.next(tail, timer);
        timers.links(timer, tail, NONE);
        timers.bucket(timer, place);
        wheels.bucket(place, Bucket.appended(bucket, timer, deadlineNs >= timers.deadlineNs(tail)));
        if (Bucket.count(bucket) >= MAX_LIST && wheels.shift(place >>> WheelSlab.BUCKET_BITS) > 0) {
            unfold(place, Bucket.head(bucket));
        }
    }

    /** A wheel coarse enough for both takes the place of one that does not cover the deadline. */
    private int insertAbove(int wheel, long deadlineNs) {
        long coveredNs = wheels.coveredNs(wheel);
        int place = wheels.place(wheel);
        int above = wheels.take(deadlineNs, shiftOf(coveredNs ^ deadlineNs), place);
        wheels.bucket(place, Bucket.wheel(above));
        int placeAbove = wheels.placeOf(above, coveredNs);
        wheels.occupy(placeAbove, Bucket.wheel(wheel));
        wheels.place(wheel, placeAbove);
        return above;
    }

    /** The shift of the wheel in which deadlines part that differ in these bits. */
    private static int shiftOf(long differing) {
        return differing == 0 ? 0 : (63 - Long.numberOfLeadingZeros(differing)) / WheelSlab.BUCKET_BITS
                * WheelSlab.BUCKET_BITS;
    }

    /** A list has become too long: a finer wheel takes its place. */
    private void unfold(int place, int head) {
        long headNs = timers.deadlineNs(head);
        long differing = 0;
        for (int timer = head; timer != NONE; timer = timers.next(timer)) {
            differing |= timers.deadlineNs(timer) ^ headNs;
        }
        int wheel = wheels.take(headNs, shiftOf(differing), place);
        wheels.bucket(place, Bucket.wheel(wheel));
        for (int timer = head; timer != NONE; ) {
            int next = timers.next(timer);
            long deadlineNs = timers.deadlineNs(timer);
            int finer = wheels.placeOf(wheel, deadlineNs);
            if (wheels.isOccupied(finer)) {
                append(finer, wheels.bucket(finer), timer, deadlineNs);
            } else {
                start(finer, timer);
            }
            timer = next;
        }
        lastWheel = wheel;
    }

    /** Takes a timer out. */
    void unlink(int timer) {
        int place = timers.bucket(timer);
        int next = timers.next(timer);
        int previous = timers.previous(timer);
        if (next == NONE && previous == NONE) {
            if (timer == first) {
                first = UNKNOWN;
                firstNs = Long.MIN_VALUE;
            }
            vacate(place);
            return;
        }
        long bucket = wheels.bucket(place);
        if (next == NONE) {
            timers.next(previous, NONE);
            bucket = Bucket.removed(bucket, Bucket.head(bucket), previous);
        } else if (previous == NONE) {
            timers.previous(next, NONE);
            bucket = Bucket.removed(bucket, next, Bucket.tail(bucket));
        } else {
            timers.next(previous, next);
            timers.previous(next, previous);
            bucket = Bucket.removed(bucket, Bucket.head(bucket), Bucket.tail(bucket));
        }
        wheels.bucket(place, bucket);
        if (timer == first) {
            first = Bucket.isAscending(bucket) ? Bucket.head(bucket) : UNKNOWN;
            firstNs = first == UNKNOWN ? Long.MIN_VALUE : timers.deadlineNs(first);
        }
    }

    private void vacate(int place) {
        long others = wheels.vacate(place);
        int wheel = place >>> WheelSlab.BUCKET_BITS;
        while (wheel != WheelSlab.ROOT && Long.bitCount(others) <= MAX_FOLDED_BUCKETS) {
            int above = wheels.place(wheel);
            if (others == 0) {
                wheels.vacate(above);
            } else if (!fold(wheel, others, above)) {
                return;
            }
            free(wheel);
            wheel = above >>> WheelSlab.BUCKET_BITS;
            others = wheels.occupied(wheel);
        }
    }

    private void free(int wheel) {
        wheels.free(wheel);
        if (wheel == lastWheel) {
            lastWheel = WheelSlab.ROOT;
        }
    }

    /** Puts what is left in a wheel into the bucket above, if it is little enough; says whether it did. */
    private boolean fold(int wheel, long occupied, int above) {
        int firstPlace = wheel << WheelSlab.BUCKET_BITS;
        int count = 0;
        for (long left = occupied; left != 0; left &= left - 1) {
            long bucket = wheels.bucket(firstPlace + Long.numberOfTrailingZeros(left));
            if (Bucket.isWheel(bucket)) {
                if (Long.bitCount(occupied) > 1) {
                    return false;
                }
                wheels.bucket(above, bucket);
                wheels.place(Bucket.wheelOf(bucket), above);
                return true;
            }
            count += Bucket.count(bucket);
        }
        if (count > MAX_FOLDED) {
            return false;
        }
        int head = NONE;
        int tail = NONE;
        boolean isAscending = true;
        for (long left = occupied; left != 0; left &= left - 1) {
            long bucket = wheels.bucket(firstPlace + Long.numberOfTrailingZeros(left));
            if (head == NONE) {
                head = Bucket.head(bucket);
            } else {
                timers.next(tail, Bucket.head(bucket));
                timers.previous(Bucket.head(bucket), tail);
            }
            tail = Bucket.tail(bucket);
            isAscending &= Bucket.isAscending(bucket);
        }
        wheels.bucket(above, Bucket.list(head, tail, count, isAscending));
        for (int timer = head; timer != NONE; timer = timers.next(timer)) {
            timers.bucket(timer, above);
        }
        return true;
    }

    private void findFirst() {
        int wheel = WheelSlab.ROOT;
        long occupied = wheels.occupied(wheel);
        if (occupied == 0) {
            first = NONE;
            firstNs = Long.MAX_VALUE;
            return;
        }
        int place = Long.numberOfTrailingZeros(occupied);
        long bucket = wheels.bucket(place);
        while (Bucket.isWheel(bucket)) {
            wheel = Bucket.wheelOf(bucket);
            place = wheel << WheelSlab.BUCKET_BITS | Long.numberOfTrailingZeros(wheels.occupied(wheel));
            bucket = wheels.bucket(place);
        }
        first = Bucket.isAscending(bucket) ? Bucket.head(bucket) : sort(place, bucket);
        firstNs = timers.deadlineNs(first);
    }

    /** Sorts a list, equal deadlines as they stand, and returns its head. */
    private int sort(int place, long bucket) {
        int count = 0;
        for (int timer = Bucket.head(bucket); timer != NONE; timer = timers.next(timer)) {
            long deadlineNs = timers.deadlineNs(timer);
            int i = count++;
            for (; i > 0 && sortedNs[i - 1] > deadlineNs; i--) {
                sortedNs[i] = sortedNs[i - 1];
                sortedTimers[i] = sortedTimers[i - 1];
            }
            sortedNs[i] = deadlineNs;
            sortedTimers[i] = timer;
        }
        for (int i = 0; i < count; i++) {
            timers.links(sortedTimers[i], i == 0 ? NONE : sortedTimers[i - 1],
                    i == count - 1 ? NONE : sortedTimers[i + 1]);
        }
        wheels.bucket(place, Bucket.list(sortedTimers[0], sortedTimers[count - 1], count, true));
        return sortedTimers[0];
    }
}
