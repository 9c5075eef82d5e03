// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import java.util.List;

/** Slots by their index, both ends included. */
record SlotRange(long first, long last) {
    static SlotRange parse(String text) {
        String[] ends = text.split("\\.\\.", -1);
        if (!text.matches("[0-9]{1,9}(\\.\\.[0-9]{1,9})?")) {
            throw new IllegalArgumentException("slots are A..B, such as 0..15, or one number: slots=" + text);
        }
        SlotRange range = new SlotRange(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1]));
        if (range.first > range.last) {
            throw new IllegalArgumentException("the first slot comes first: slots=" + text);
        }
        return range;
    }

    /**
     * The slots of the latest signals, the oldest of them first: two ranges where they go past the ring's end.
     *
     * @param newest the newest sequence; negative without one
     */
    static List<SlotRange> latest(long wanted, long newest, long slotCount) {
        if (slotCount == 0) {
            return List.of();
        }
        if (newest < 0) {
            return List.of(new SlotRange(0, Math.min(wanted, slotCount) - 1));
        }
        long count = Math.min(wanted, Math.min(newest, slotCount - 1) + 1);
        long last = newest % slotCount;
        long first = last - count + 1;
        return first >= 0 ? List.of(new SlotRange(first, last))
                : List.of(new SlotRange(first + slotCount, slotCount - 1), new SlotRange(0, last));
    }
}
