// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.memory.SharedRegion;

/** A signal's fields in a slot, read and written with plain accesses. */
public final class SignalSlots {
    private SignalSlots() {
    }

    /** Copies a slot's fields, whatever its state, into a record. */
    public static void copy(SharedRegion region, int slotOffset, long sequence, SignalRecord into) {
        long[] fields = into.sequence(sequence).fields();
        for (int i = 0; i < fields.length; i++) {
            fields[i] = region.getLong(slotOffset + SignalRecordLayout.PUBLISHED_NS + i * Long.BYTES);
        }
    }

    /** Stores a record's fields: only between {@code SlotRing.beginWrite} and {@code SlotRing.commit}. */
    public static void write(SignalRecord signal, SharedRegion region, int slotOffset) {
        long[] fields = signal.fields();
        for (int i = 0; i < fields.length; i++) {
            region.putLong(slotOffset + SignalRecordLayout.PUBLISHED_NS + i * Long.BYTES, fields[i]);
        }
    }
}
