// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import java.util.Arrays;

/** A binary heap of primitives that knows where each timer is: the best that a heap can do. */
final class IndexedHeap {
    private long[] deadlinesNs = new long[1_024];
    private int[] slots = new int[1_024];
    private final int[] positions;
    private int size;

    IndexedHeap(int slotCount) {
        positions = new int[slotCount];
    }

    int size() {
        return size;
    }

    void add(int slot, long deadlineNs) {
        if (size == slots.length) {
            deadlinesNs = Arrays.copyOf(deadlinesNs, 2 * size);
            slots = Arrays.copyOf(slots, 2 * size);
        }
        siftUp(size++, slot, deadlineNs);
    }

    void remove(int slot) {
        removeAt(positions[slot]);
    }

    /** Takes the earliest out and returns its slot. */
    int poll() {
        int slot = slots[0];
        removeAt(0);
        return slot;
    }

    private void removeAt(int position) {
        int last = --size;
        if (position == last) {
            return;
        }
        if (position > 0 && deadlinesNs[last] < deadlinesNs[(position - 1) >>> 1]) {
            siftUp(position, slots[last], deadlinesNs[last]);
        } else {
            siftDown(position, slots[last], deadlinesNs[last]);
        }
    }

    private void siftUp(int from, int slot, long deadlineNs) {
        int position = from;
        while (position > 0) {
            int parent = (position - 1) >>> 1;
            if (deadlinesNs[parent] <= deadlineNs) {
                break;
            }
            put(position, slots[parent], deadlinesNs[parent]);
            position = parent;
        }
        put(position, slot, deadlineNs);
    }

    private void siftDown(int from, int slot, long deadlineNs) {
        int position = from;
        for (int child = 2 * position + 1; child < size; child = 2 * position + 1) {
            if (child + 1 < size && deadlinesNs[child + 1] < deadlinesNs[child]) {
                child++;
            }
            if (deadlineNs <= deadlinesNs[child]) {
                break;
            }
            put(position, slots[child], deadlinesNs[child]);
            position = child;
        }
        put(position, slot, deadlineNs);
    }

    private void put(int position, int slot, long deadlineNs) {
        deadlinesNs[position] = deadlineNs;
        slots[position] = slot;
        positions[slot] = position;
    }
}
