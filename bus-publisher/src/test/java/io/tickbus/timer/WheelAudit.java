package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;

/** Looks at all of a wheel's structure: whatever is said at two places must agree, and all must be somewhere, once. */
final class WheelAudit {
    private final WheelSlab wheels;
    private final SegmentSlab segments;
    private final BitSet seenWheels = new BitSet();
    private final BitSet seenSegments = new BitSet();
    private final BitSet left = new BitSet();
    private final TimerSlab timers;
    private int live;

    private WheelAudit(WheelTree tree) {
        wheels = tree.wheels();
        segments = tree.segments();
        timers = tree.timers();
        for (int i = 0; i < segments.leftCount(); i++) {
            assertFalse(left.get(segments.left(i)), "a slot that was left twice");
            left.set(segments.left(i));
        }
    }

    static void check(TimingWheel wheel) {
        WheelAudit audit = new WheelAudit(wheel.tree());
        audit.checkWheel(WheelSlab.ROOT);
        assertEquals(wheel.pending(), audit.live);
        assertTrue(audit.left.isEmpty(), "slots that were left of segments in no list: " + audit.left);
        audit.checkFree();
    }

    /** With nothing pending, nothing is in use. */
    static void checkEmpty(TimingWheel wheel) {
        assertEquals(Long.MAX_VALUE, wheel.nextDeadlineNs());
        check(wheel);
        assertEquals(0, wheel.tree().wheels().occupied(WheelSlab.ROOT));
        assertEquals(0, wheel.tree().segments().leftCount());
        assertEquals(0, wheel.tree().segments().emptyCount());
    }

    private void checkWheel(int wheel) {
        assertFalse(seenWheels.get(wheel), "a wheel that hangs twice: wheel=" + wheel);
        seenWheels.set(wheel);
        for (int digit = 0; digit < WheelSlab.BUCKETS; digit++) {
            int place = wheel << WheelSlab.BUCKET_BITS | digit;
            long bucket = wheels.bucket(place);
            assertEquals(bucket != Bucket.EMPTY, (wheels.occupied(wheel) >>> digit & 1) != 0, "place=" + place);
            if (Bucket.isWheel(bucket)) {
                int finer = Bucket.wheelOf(bucket);
                assertEquals(place, wheels.place(finer));
                assertEquals(wheels.shift(finer), Bucket.shiftOf(bucket));
                assertTrue(wheels.shift(finer) < wheels.shift(wheel));
                assertEquals(place, wheels.placeOf(wheel, wheels.coveredNs(finer)));
                checkWheel(finer);
            } else if (bucket != Bucket.EMPTY) {
                checkList(place, bucket);
            }
        }
    }

    private void checkList(int place, long bucket) {
        int count = 0;
        int last = SegmentSlab.NONE;
        for (int segment = Bucket.first(bucket); segment != SegmentSlab.NONE; segment = segments.next(segment)) {
            assertFalse(seenSegments.get(segment), "a segment of two lists: segment=" + segment);
            seenSegments.set(segment);
            assertEquals(place, segments.place(segment));
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

    /** A live slot's timer is there, or has left it and is not counted yet. */
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
        for (int free = wheels.nextFree(-1); free != -1; free = wheels.nextFree(free)) {
            assertFalse(seenWheels.get(free), "a wheel in use that is free: wheel=" + free);
            seenWheels.set(free);
        }
        assertEquals(wheels.usedEver(), seenWheels.cardinality());
    }
}
