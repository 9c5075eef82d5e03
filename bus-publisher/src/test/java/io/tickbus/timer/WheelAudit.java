// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;

/** Checks a wheel's structure: facts that are stored twice must agree, and every timer must be stored exactly once. */
final class WheelAudit {
    private final NodeSlab nodes;
    private final SegmentSlab segments;
    private final BitSet seenNodes = new BitSet();
    private final BitSet seenSegments = new BitSet();
    private final BitSet left = new BitSet();
    private final TimerSlab timers;
    private int live;

    private WheelAudit(DeadlineTrie trie) {
        nodes = trie.nodes();
        segments = trie.segments();
        timers = trie.timers();
        for (int i = 0; i < segments.removedCount(); i++) {
            assertFalse(left.get(segments.removed(i)), "a slot that was left twice");
            left.set(segments.removed(i));
        }
    }

    static void check(TimingWheel wheel) {
        WheelAudit audit = new WheelAudit(wheel.trie());
        audit.checkNode(NodeSlab.ROOT);
        assertEquals(wheel.pending(), audit.live);
        assertTrue(audit.left.isEmpty(), "slots that were left of segments in no list: " + audit.left);
        audit.checkFree();
    }

    /** Nothing is pending, so nothing is in use. */
    static void checkEmpty(TimingWheel wheel) {
        assertEquals(Long.MAX_VALUE, wheel.nextDeadlineNs());
        check(wheel);
        assertEquals(0, wheel.trie().nodes().occupied(NodeSlab.ROOT));
        assertEquals(0, wheel.trie().segments().removedCount());
        assertEquals(0, wheel.trie().segments().emptyCount());
    }

    private void checkNode(int node) {
        assertFalse(seenNodes.get(node), "a node with two parents: node=" + node);
        seenNodes.set(node);
        for (int digit = 0; digit < NodeSlab.BUCKETS; digit++) {
            int index = node << NodeSlab.BUCKET_BITS | digit;
            long bucket = nodes.bucket(index);
            assertEquals(bucket != Bucket.EMPTY, (nodes.occupied(node) >>> digit & 1) != 0, "index=" + index);
            if (Bucket.isNode(bucket)) {
                int finer = Bucket.nodeOf(bucket);
                assertEquals(index, nodes.parent(finer));
                assertEquals(nodes.shift(finer), Bucket.shiftOf(bucket));
                assertTrue(nodes.shift(finer) < nodes.shift(node));
                assertEquals(index, nodes.bucketIndex(node, nodes.coveredNs(finer)));
                checkNode(finer);
            } else if (bucket != Bucket.EMPTY) {
                checkList(index, bucket);
            }
        }
    }

    private void checkList(int index, long bucket) {
        int count = 0;
        int last = SegmentSlab.NONE;
        for (int segment = Bucket.first(bucket); segment != SegmentSlab.NONE; segment = segments.next(segment)) {
            assertFalse(seenSegments.get(segment), "a segment of two lists: segment=" + segment);
            seenSegments.set(segment);
            assertEquals(index, segments.bucketIndex(segment));
            assertEquals(last, segments.previous(segment));
            assertTrue(segments.live(segment) <= segments.used(segment));
            checkSlots(segment);
            last = segment;
            count++;
        }
        assertEquals(last, Bucket.last(bucket));
        assertEquals(segments.used(last), Bucket.used(bucket));
        if (Bucket.count(bucket) < Bucket.MAX_COUNT) {
            assertEquals(count, Bucket.count(bucket));
        }
    }

    /** A live slot has its timer, or is noted as removed and not cleared yet. */
    private void checkSlots(int segment) {
        for (int i = 0; i < SegmentSlab.SLOTS; i++) {
            int slot = segment << SegmentSlab.SLOT_BITS | i;
            if (left.get(slot)) {
                assertTrue(segments.isLive(slot), "counted before its turn: slot=" + slot);
                left.clear(slot);
            } else if (segments.isLive(slot)) {
                assertEquals(slot, timers.slot(segments.timer(slot)));
                live++;
            }
        }
    }

    private void checkFree() {
        BitSet noted = new BitSet();
        for (int i = 0; i < segments.emptyCount(); i++) {
            assertFalse(noted.get(segments.empty(i)), "noted twice: segment=" + segments.empty(i));
            noted.set(segments.empty(i));
        }
        for (int segment = 0; segment < segments.usedEver(); segment++) {
            assertEquals(noted.get(segment), segments.isNoted(segment), "segment=" + segment);
        }
        for (int i = 0; i < segments.emptyCount(); i++) {
            // In its list still, or dropped from it and in none.
            seenSegments.set(segments.empty(i));
        }
        for (int free = segments.nextFree(SegmentSlab.NONE); free != SegmentSlab.NONE; free = segments.nextFree(free)) {
            assertFalse(seenSegments.get(free), "a segment in use that is free: segment=" + free);
            seenSegments.set(free);
        }
        assertEquals(segments.usedEver(), seenSegments.cardinality());
        for (int free = nodes.nextFree(-1); free != -1; free = nodes.nextFree(free)) {
            assertFalse(seenNodes.get(free), "a wheel in use that is free: wheel=" + free);
            seenNodes.set(free);
        }
        assertEquals(nodes.usedEver(), seenNodes.cardinality());
    }
}
