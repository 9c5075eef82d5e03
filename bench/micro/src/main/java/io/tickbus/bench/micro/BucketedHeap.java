// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

/**
 * A heap of the timers that are due soon behind three rings of unsorted buckets: 0.26 ms wide for the next 68 s, 17 ms
 * for the next 73 minutes, 1 s for the next 3 days. A bucket's timers move to the heap when it could have the first
 * timer, each timer at most once.
 *
 * <p>The heap may have any timer: what no ring takes goes there, as where a bucket is full. So a step moves at most a
 * full bucket of each ring, {@code 3 * 256} timers, however many are due at one instant, and nothing depends on how
 * time jumps. Rings take 6 MB at once; then 17 bytes for each pending timer and 8 for each number, up to 140 where
 * each timer is alone in its bucket.
 */
final class BucketedHeap implements TimerOrder {
    private static final int RINGS = 3;
    private static final int FINEST_SHIFT = 18;
    private static final int SHIFT_STEP = 6;

    private final QuadHeap heap;
    private final BucketRing[] rings = new BucketRing[RINGS];
    /** No bucket with timers begins earlier. */
    private long farNs = Long.MAX_VALUE;

    BucketedHeap(int capacity, long nowNs) {
        heap = new QuadHeap(capacity);
        for (int i = 0; i < RINGS; i++) {
            rings[i] = new BucketRing(heap, FINEST_SHIFT + i * SHIFT_STEP, i, capacity, nowNs);
        }
    }

    @Override
    public void arm(int timer, long deadlineNs) {
        long word = heap.newWord(timer);
        for (BucketRing ring : rings) {
            long startNs = ring.startNs(deadlineNs);
            if (startNs <= heap.nextDeadlineNs()) {
                break;
            }
            if (ring.offer(deadlineNs, word)) {
                farNs = Math.min(farNs, startNs);
                return;
            }
        }
        heap.add(deadlineNs, word);
    }

    @Override
    public void cancel(int timer) {
        long position = heap.position(timer);
        if (position < QuadHeap.ABSENT) {
            ringOf(position).remove(position);
            heap.position(timer, QuadHeap.ABSENT);
        } else {
            heap.cancel(timer);
        }
    }

    private BucketRing ringOf(long position) {
        return rings[BucketRing.ringOf(position)];
    }

    @Override
    public boolean isPending(int timer) {
        return heap.isPending(timer);
    }

    @Override
    public long deadlineNs(int timer) {
        long position = heap.position(timer);
        return position < QuadHeap.ABSENT ? ringOf(position).deadlineNs(position) : heap.deadlineNs(timer);
    }

    @Override
    public long nextDeadlineNs() {
        while (farNs <= heap.nextDeadlineNs() && farNs != Long.MAX_VALUE) {
            drainOrLook();
        }
        return heap.nextDeadlineNs();
    }

    /** Moves the bucket that begins first to the heap, or sees that it begins after what the heap has. */
    private void drainOrLook() {
        BucketRing first = rings[0];
        farNs = first.firstNs();
        for (int i = 1; i < RINGS; i++) {
            if (rings[i].firstNs() < farNs) {
                first = rings[i];
                farNs = first.firstNs();
            }
        }
        if (farNs <= heap.nextDeadlineNs() && farNs != Long.MAX_VALUE) {
            first.drainFirst();
        }
    }

    @Override
    public int poll() {
        long firstNs = nextDeadlineNs();
        if (firstNs == Long.MAX_VALUE) {
            return NONE;
        }
        advance(firstNs);
        return heap.poll();
    }

    @Override
    public int poll(long nowNs) {
        if (nextDeadlineNs() <= nowNs) {
            return poll();
        }
        advance(nowNs);
        return NONE;
    }

    /** Nothing in the rings is due by then. */
    private void advance(long nowNs) {
        for (BucketRing ring : rings) {
            ring.advance(nowNs);
        }
    }

    @Override
    public long sizeBytes() {
        long size = heap.sizeBytes();
        for (BucketRing ring : rings) {
            size += ring.sizeBytes();
        }
        return size;
    }
}
