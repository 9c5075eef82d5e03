// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * The order of a {@link TimingWheel}'s timers: a trie over the digits of their deadlines. A node has 16 buckets; a
 * bucket is a list of at most {@link #MAX_LIST} timers or, where more came together, a finer node.
 *
 * <ul>
 * <li>A timer's bucket depends on its deadline only, never on the time: nothing has to move because time passes, and
 *     timers that are due in the past or long after are no special cases.
 * <li>Levels at which all deadlines of a node agree are left out.
 * <li>Equal deadlines are always in one list, in arming order, and every change of a list keeps that order. A bucket of
 *     1 ns has one deadline only, so its list may have any length.
 * <li>The list that is due first is copied into a sorted {@link NearBuffer}; the timers themselves do not move.
 * <li>A node that has become nearly empty is merged into a list of at most {@link #MAX_MERGED_SEGMENTS} segments.
 * </ul>
 *
 * <p>So each step moves a bounded number of timers: where a timing wheel cascades a whole bucket, this splits one list.
 *
 * <p>Among millions of timers, cache misses that wait for each other cost most. Arming loads the timer and one segment;
 * cancelling loads the timer alone, as its segment is updated later together with others. The nodes are few enough to
 * stay in the cache. Lists are arrays of numbers and not links from timer to timer, so sorting or moving a list loads
 * all of its timers at once.
 */
final class DeadlineTrie {
    /** A longer list is split into a node, unless most of its timers are cancelled. */
    static final int MAX_SEGMENTS = 12;
    /** Timers of a list, unless all deadlines are equal. */
    static final int MAX_LIST = MAX_SEGMENTS * SegmentSlab.SLOTS;
    /** A node with no more buckets in use may be merged into a list ... */
    static final int MAX_MERGED_BUCKETS = 4;
    /**
     * ... of no more segments. Far below MAX_SEGMENTS for hysteresis, so that one timer does not flip it repeatedly.
     */
    static final int MAX_MERGED_SEGMENTS = 4;

    private static final int NONE = TimerSlab.NONE;

    private final TimerSlab timers;
    private final SegmentSlab segments;
    private final NodeSlab nodes = new NodeSlab();
    private final NearBuffer near;
    /** Timers that are moved or copied. */
    private final int[] moved = new int[MAX_LIST];
    /** Their deadlines. */
    private final long[] movedNs = new long[MAX_LIST];
    /** Meaningless: stops the JIT from eliminating the loads. */
    @SuppressWarnings("UnusedVariable")
    private long prefetched;

    DeadlineTrie(TimerSlab timers) {
        this.timers = timers;
        this.segments = new SegmentSlab(timers);
        this.near = new NearBuffer(timers);
    }

    /** For tests. */
    TimerSlab timers() {
        return timers;
    }

    NodeSlab nodes() {
        return nodes;
    }

    SegmentSlab segments() {
        return segments;
    }

    /** Bytes of the arrays of nodes and lists. */
    long sizeBytes() {
        return nodes.sizeBytes() + segments.sizeBytes();
    }

    /** Whether the next {@link #link} needs no memory. */
    boolean hasSpare() {
        return segments.hasSpare() && nodes.hasSpare();
    }

    /** Allocates the memory that the next {@link #link} needs. */
    void reserve() {
        segments.reserve();
        nodes.reserve();
    }

    /** The earliest timer, of equal deadlines the first linked; NONE if there is none. */
    int first() {
        int first = near.first();
        return first == NONE ? load() : first;
    }

    /** The deadline of the timer that {@link #first()} has just returned. */
    long firstNs() {
        return near.firstNs();
    }

    /** As {@link NearBuffer#copyDue}. */
    int copyDue(long nowNs, int[] into, int most) {
        return first() == NONE ? 0 : near.copyDue(nowNs, into, most);
    }

    /** Adds a timer. */
    void link(int timer, long deadlineNs) {
        timers.deadlineNs(timer, deadlineNs);
        int index = nodes.bucketIndex(deadlineNs);
        long bucket = nodes.bucket(index);
        // Not by append, whose recursion would prevent inlining here.
        if (hasRoom(bucket)) {
            fill(index, bucket, timer);
        } else {
            appendToNew(index, bucket, timer, deadlineNs);
        }
        if (deadlineNs < near.endNs()) {
            near.insert(timer, deadlineNs);
        }
    }

    private void append(int index, int timer, long deadlineNs) {
        long bucket = nodes.bucket(index);
        if (hasRoom(bucket)) {
            fill(index, bucket, timer);
        } else {
            appendToNew(index, bucket, timer, deadlineNs);
        }
    }

    private static boolean hasRoom(long bucket) {
        return bucket > Bucket.EMPTY && Bucket.used(bucket) < SegmentSlab.SLOTS;
    }

    private void fill(int index, long bucket, int timer) {
        nodes.bucket(index, Bucket.filled(bucket));
        segments.append(Bucket.last(bucket), Bucket.used(bucket), timer);
    }

    /** Adds a timer to a bucket whose last segment is full, or that has no list. */
    private void appendToNew(int index, long bucket, int timer, long deadlineNs) {
        if (bucket == Bucket.EMPTY) {
            start(index, timer);
        } else if (Bucket.isNode(bucket)) {
            start(nodes.bucketIndex(insertAbove(Bucket.nodeOf(bucket), deadlineNs), deadlineNs), timer);
        } else if (isAtLimit(index, bucket)) {
            segments.applyRemoved();
            compactOrExtend(index, bucket, timer, deadlineNs);
        } else {
            extend(index, bucket, timer);
        }
    }

    /** Whether a list is as long as it may be, or half as long, where it is worth compacting. */
    private boolean isAtLimit(int index, long bucket) {
        int count = Bucket.count(bucket);
        return (count == MAX_SEGMENTS / 2 || count == MAX_SEGMENTS)
                && nodes.shift(index >>> NodeSlab.BUCKET_BITS) != 0;
    }

    private void compactOrExtend(int index, long bucket, int timer, long deadlineNs) {
        if (Bucket.count(bucket) == MAX_SEGMENTS || live(Bucket.first(bucket)) <= MAX_LIST / 4) {
            compact(index, bucket);
            append(nodes.bucketIndexBelow(index >>> NodeSlab.BUCKET_BITS, deadlineNs), timer, deadlineNs);
        } else {
            extend(index, bucket, timer);
        }
    }

    private int live(int firstSegment) {
        int live = 0;
        for (int segment = firstSegment; segment != SegmentSlab.NONE; segment = segments.next(segment)) {
            live += segments.live(segment);
        }
        return live;
    }

    private void start(int index, int timer) {
        int segment = segments.take(index);
        nodes.occupy(index, Bucket.listOf(segment));
        segments.append(segment, 0, timer);
    }

    private void extend(int index, long bucket, int timer) {
        int segment = segments.take(index);
        segments.join(Bucket.last(bucket), segment);
        nodes.bucket(index, Bucket.extended(bucket, segment));
        segments.append(segment, 0, timer);
    }

    /** Replaces a node that does not cover the deadline by a coarser one above it that covers both. */
    private int insertAbove(int node, long deadlineNs) {
        long coveredNs = nodes.coveredNs(node);
        int index = nodes.parent(node);
        int above = nodes.take(deadlineNs, shiftOf(coveredNs ^ deadlineNs), index);
        nodes.bucket(index, nodes.word(above));
        int indexAbove = nodes.bucketIndex(above, coveredNs);
        nodes.occupy(indexAbove, nodes.word(node));
        nodes.parent(node, indexAbove);
        return above;
    }

    /** The shift of the node in which deadlines that differ in these bits have different buckets. */
    private static int shiftOf(long differing) {
        return differing == 0 ? 0 : (63 - Long.numberOfLeadingZeros(differing)) / NodeSlab.BUCKET_BITS
                * NodeSlab.BUCKET_BITS;
    }

    /** A list is too long: compacts it if most of its timers are cancelled, else splits it into a finer node. */
    private void compact(int index, long bucket) {
        int count = drain(Bucket.first(bucket));
        // Even if only the numbers are needed: this loads all timers at once before they are changed one by one.
        copyDeadlines(count);
        if (count == 0) {
            nodes.clear(index);
        } else if (count <= MAX_LIST / 2) {
            nodes.bucket(index, segments.listOf(moved, count, index));
        } else {
            split(index, count);
        }
    }

    /** Splits the first {@code count} of {@link #moved} into a node. */
    private void split(int index, int count) {
        long differing = 0;
        for (int i = 0; i < count; i++) {
            differing |= movedNs[i] ^ movedNs[0];
        }
        int node = nodes.take(movedNs[0], shiftOf(differing), index);
        nodes.bucket(index, nodes.word(node));
        for (int i = 0; i < count; i++) {
            append(nodes.bucketIndex(node, movedNs[i]), moved[i], movedNs[i]);
        }
    }

    /** Copies the deadlines of the first {@code count} of {@link #moved}. */
    private void copyDeadlines(int count) {
        for (int i = 0; i < count; i++) {
            movedNs[i] = timers.deadlineNs(moved[i]);
        }
    }

    /** Copies a list's timers to {@link #moved}, in order, and frees its segments; returns how many timers. */
    private int drain(int firstSegment) {
        int count = 0;
        for (int segment = firstSegment; segment != SegmentSlab.NONE; ) {
            count = segments.copyLive(segment, moved, count);
            int next = segments.next(segment);
            segments.drop(segment);
            segment = next;
        }
        return count;
    }

    /** Removes a timer that is in this slot. */
    void unlink(int timer, int slot, boolean isNear, long deadlineNs) {
        if (isNear) {
            near.remove(timer, deadlineNs);
        }
        if (segments.markRemoved(slot)) {
            applyRemoved();
        }
    }

    private void applyRemoved() {
        segments.applyRemoved();
        if (segments.emptyCount() >= SegmentSlab.MAX_EMPTY) {
            removeEmpty();
        }
    }

    /** Removes empty segments from their lists, after prefetching everything that this needs. */
    private void removeEmpty() {
        long sum = 0;
        for (int i = segments.emptyCount(); --i >= 0; ) {
            int segment = segments.empty(i);
            sum += segments.bucketIndex(segment) + segments.live(segment);
        }
        for (int i = segments.emptyCount(); --i >= 0; ) {
            int segment = segments.empty(i);
            int index = Math.max(0, segments.bucketIndex(segment));
            sum += nodes.bucket(index) + nodes.occupied(index >>> NodeSlab.BUCKET_BITS)
                    + segments.live(Math.max(0, segments.previous(segment)))
                    + segments.live(Math.max(0, segments.next(segment)));
        }
        prefetched = sum;
        for (int segment = segments.takeEmpty(); segment != SegmentSlab.NONE; segment = segments.takeEmpty()) {
            if (segments.live(segment) == 0) {
                if (segments.bucketIndex(segment) == SegmentSlab.NONE) {
                    segments.free(segment);
                } else {
                    remove(segment);
                }
            }
        }
    }

    private void remove(int segment) {
        int index = segments.bucketIndex(segment);
        int previous = segments.previous(segment);
        int next = segments.next(segment);
        segments.free(segment);
        if (previous == SegmentSlab.NONE && next == SegmentSlab.NONE) {
            clear(index);
            return;
        }
        segments.join(previous, next);
        long bucket = nodes.bucket(index);
        int first = previous == SegmentSlab.NONE ? next : Bucket.first(bucket);
        if (next == SegmentSlab.NONE) {
            bucket = Bucket.removed(bucket, first, previous, segments.used(previous));
        } else {
            bucket = Bucket.removed(bucket, first, Bucket.last(bucket), Bucket.used(bucket));
        }
        nodes.bucket(index, bucket);
        if (Bucket.count(bucket) <= MAX_MERGED_SEGMENTS) {
            shrink(index >>> NodeSlab.BUCKET_BITS);
        }
    }

    private void clear(int index) {
        nodes.clear(index);
        shrink(index >>> NodeSlab.BUCKET_BITS);
    }

    /** A node has lost something: removes or merges it if little is left, and then perhaps the nodes above. */
    private void shrink(int smaller) {
        int node = smaller;
        int occupied = nodes.occupied(node);
        while (node != NodeSlab.ROOT && Integer.bitCount(occupied) <= MAX_MERGED_BUCKETS) {
            int above = nodes.parent(node);
            if (occupied == 0) {
                nodes.clear(above);
            } else if (!merge(node, occupied, above)) {
                return;
            }
            nodes.free(node);
            node = above >>> NodeSlab.BUCKET_BITS;
            occupied = nodes.occupied(node);
        }
    }

    /** Merges what is left of a node into the bucket above if it is little enough; returns whether it was. */
    private boolean merge(int node, int occupied, int above) {
        int firstIndex = node << NodeSlab.BUCKET_BITS;
        int count = 0;
        for (int left = occupied; left != 0; left &= left - 1) {
            long bucket = nodes.bucket(firstIndex + Integer.numberOfTrailingZeros(left));
            if (Bucket.isNode(bucket)) {
                if (Integer.bitCount(occupied) > 1) {
                    return false;
                }
                nodes.bucket(above, bucket);
                nodes.parent(Bucket.nodeOf(bucket), above);
                return true;
            }
            count += Bucket.count(bucket);
        }
        if (count > MAX_MERGED_SEGMENTS) {
            return false;
        }
        int first = SegmentSlab.NONE;
        int last = SegmentSlab.NONE;
        for (int left = occupied; left != 0; left &= left - 1) {
            long bucket = nodes.bucket(firstIndex + Integer.numberOfTrailingZeros(left));
            segments.join(last, Bucket.first(bucket));
            first = first == SegmentSlab.NONE ? Bucket.first(bucket) : first;
            last = Bucket.last(bucket);
        }
        nodes.bucket(above, Bucket.list(first, last, count, segments.used(last)));
        for (int segment = first; segment != SegmentSlab.NONE; segment = segments.next(segment)) {
            segments.bucketIndex(segment, above);
        }
        return true;
    }

    /** Fills the near buffer from the first list and returns its first timer; NONE if there is no list. */
    private int load() {
        segments.applyRemoved();
        removeEmpty();
        if (nodes.occupied(NodeSlab.ROOT) == 0) {
            return NONE;
        }
        int node = NodeSlab.ROOT;
        long bucket = firstBucket(node);
        while (Bucket.isNode(bucket)) {
            node = Bucket.nodeOf(bucket);
            bucket = firstBucket(node);
        }
        near.begin();
        boolean isWhole = copy(Bucket.first(bucket));
        int first = near.first();
        long firstNs = near.firstNs();
        long lastNs = firstNs | (1L << nodes.shift(node)) - 1;
        near.end(isWhole && lastNs != Long.MAX_VALUE ? lastNs + 1 : lastNs);
        return first;
    }

    private long firstBucket(int node) {
        return nodes.bucket(node << NodeSlab.BUCKET_BITS | Integer.numberOfTrailingZeros(nodes.occupied(node)));
    }

    /** Copies a list into the near buffer; false if it is too long for one step, as all of it is due at once. */
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
            near.add(moved[i], movedNs[i]);
        }
        return segment == SegmentSlab.NONE;
    }
}
