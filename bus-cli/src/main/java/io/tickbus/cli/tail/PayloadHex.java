package io.tickbus.cli.tail;

import io.tickbus.core.SignalRecord;

/** Prints a payload's bytes as hexadecimal digits. */
final class PayloadHex {
    private PayloadHex() {
    }

    /** The first eight bytes come without allocating; a longer payload costs one small array. */
    static void put(LineBuffer out, SignalRecord signal) {
        int length = signal.payloadLength();
        if (length <= Long.BYTES) {
            long bits = signal.payloadLong();
            for (int i = 0; i < length; i++) {
                out.putHex((int) (bits >>> (i * Byte.SIZE)) & 0xFF);
            }
            return;
        }
        for (byte each : signal.payload()) {
            out.putHex(each & 0xFF);
        }
    }
}
