// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import io.tickbus.core.SignalRecord;

/** What every publisher of the kit writes: each field is a function of the sequence, so that a reader can check it. */
final class Content {
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final int LENGTH = 12;
    /** Holds the last four bytes of the payload. */
    private static final int LAST_WORD = 6;

    private Content() {
    }

    static SignalRecord fill(SignalRecord signal, long sequence) {
        long key = sequence * GOLDEN_RATIO;
        long nowNs = System.nanoTime();
        return signal.clear().key(key).signalId((int) key & Integer.MAX_VALUE).publishedNs(nowNs).deadlineNs(nowNs)
                .payload(key ^ sequence, (int) (key >>> 17), LENGTH);
    }

    static boolean isWhole(SignalRecord signal) {
        long key = signal.sequence() * GOLDEN_RATIO;
        return signal.key() == key && signal.signalId() == ((int) key & Integer.MAX_VALUE) && signal.occurrence() == 0
                && signal.flags() == 0 && signal.payloadLength() == LENGTH
                && signal.payloadLong() == (key ^ signal.sequence())
                && (int) signal.fields()[LAST_WORD] == (int) (key >>> 17);
    }
}
