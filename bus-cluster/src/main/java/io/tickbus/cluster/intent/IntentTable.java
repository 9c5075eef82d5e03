// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

import java.util.function.Consumer;
import java.util.function.Predicate;

/** Intents by owner and key: open addressing with linear probing, at most half full. */
final class IntentTable {
    private static final int FIRST_SLOTS = 1 << 6;

    private Intent[] slots = new Intent[FIRST_SLOTS];
    private int size;

    int size() {
        return size;
    }

    Intent find(int owner, long key) {
        return slots[slotOf(owner, key)];
    }

    /** Adds or replaces. */
    void put(Intent intent) {
        int slot = slotOf(intent.owner(), intent.spec().key());
        if (slots[slot] == null) {
            size++;
        }
        slots[slot] = intent;
        if (size > slots.length / 2) {
            grow();
        }
    }

    /** Removes; later ones of the same run move up, so that no gap hides them. */
    void remove(int owner, long key) {
        int gap = slotOf(owner, key);
        if (slots[gap] == null) {
            return;
        }
        size--;
        int mask = slots.length - 1;
        for (int slot = (gap + 1) & mask; slots[slot] != null; slot = (slot + 1) & mask) {
            int home = home(slots[slot].owner(), slots[slot].spec().key());
            if (((slot - home) & mask) >= ((slot - gap) & mask)) {
                slots[gap] = slots[slot];
                gap = slot;
            }
        }
        slots[gap] = null;
    }

    void forEach(Consumer<Intent> consumer) {
        forEachUntil(intent -> {
            consumer.accept(intent);
            return false;
        });
    }

    void forEachUntil(Predicate<Intent> isLast) {
        for (Intent intent : slots) {
            if (intent != null && isLast.test(intent)) {
                return;
            }
        }
    }

    private int slotOf(int owner, long key) {
        int slot = home(owner, key);
        while (slots[slot] != null && (slots[slot].spec().key() != key || slots[slot].owner() != owner)) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    private int home(int owner, long key) {
        return (int) Hashes.mix(key ^ Hashes.mix(owner)) & (slots.length - 1);
    }

    private void grow() {
        Intent[] old = slots;
        slots = new Intent[old.length * 2];
        for (Intent intent : old) {
            if (intent != null) {
                slots[slotOf(intent.owner(), intent.spec().key())] = intent;
            }
        }
    }
}
