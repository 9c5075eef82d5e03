// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static io.tickbus.core.internal.layout.SignalRecordLayout.FLAG_ABSENT;
import static io.tickbus.core.internal.layout.SignalRecordLayout.FLAG_COALESCED;
import static io.tickbus.core.internal.layout.SignalRecordLayout.FLAG_LOST;

import io.tickbus.core.SignalRecord;

/** A signal's expected content: every field is derived from the sequence, which exposes a torn or invented signal. */
final class Content {
    /** All but those of a relay's records that are no signals. */
    private static final int FLAGS = 0xFF & ~(FLAG_ABSENT | FLAG_LOST);
    private static final int SHORT = 0xFFFF;

    private Content() {
    }

    static void fill(SignalRecord signal, long sequence) {
        long hash = mix(sequence);
        signal.clear().signalId((int) sequence).key(hash).publishedNs(mix(hash + 1)).deadlineNs(mix(hash + 2))
                .owner((int) hash & SHORT).flags((int) (hash >>> Short.SIZE) & FLAGS)
                .occurrence((int) mix(hash + 3), (int) (hash >>> Integer.SIZE)).generation((int) mix(hash + 5))
                .payload(mix(hash + 4));
    }

    static boolean isWhole(SignalRecord signal) {
        long hash = mix(signal.sequence());
        return signal.signalId() == (int) signal.sequence() && signal.key() == hash
                && signal.publishedNs() == mix(hash + 1) && signal.deadlineNs() == mix(hash + 2)
                && signal.owner() == ((int) hash & SHORT) && signal.flags() == ((int) (hash >>> Short.SIZE) & FLAGS)
                && signal.occurrence() == (int) mix(hash + 3) && signal.generation() == (int) mix(hash + 5)
                && signal.missed() == ((signal.flags() & FLAG_COALESCED) == 0 ? 0 : (int) (hash >>> Integer.SIZE))
                && signal.payloadLength() == Long.BYTES && signal.payloadLong() == mix(hash + 4);
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014). */
    private static long mix(long value) {
        long z = value + 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }
}
