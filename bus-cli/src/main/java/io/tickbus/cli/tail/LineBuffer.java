// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.cli.Output;
import io.tickbus.core.SignalRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Builds lines of text in one buffer without allocating, and writes many of them at once.
 *
 * <p>Errors: {@link Output.Lost} when the other end of the pipe is closed or the disk is full.
 */
final class LineBuffer {
    private static final int CAPACITY = 1 << 16;
    private static final int LONGEST_NUMBER = 20;
    private static final int DECIMAL = 10;
    private static final int NS_PER_US = 1000;
    private static final int NS_DIGITS = 3;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MIN_VALUE = String.valueOf(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);

    private final OutputStream out;
    private final byte[] bytes = new byte[CAPACITY];
    private final byte[] digits = new byte[LONGEST_NUMBER];
    private int length;
    private int lineStart;

    LineBuffer(OutputStream out) {
        this.out = out;
    }

    boolean isEmpty() {
        return length == 0;
    }

    LineBuffer put(byte[] text) {
        for (byte letter : text) {
            put(letter);
        }
        return this;
    }

    /** Text known before the loop is kept as bytes instead; this allocates. */
    LineBuffer put(String text) {
        return put(text.getBytes(StandardCharsets.UTF_8));
    }

    LineBuffer put(char ascii) {
        put((byte) ascii);
        return this;
    }

    private void put(byte letter) {
        if (length == CAPACITY) {
            flush();
        }
        bytes[length++] = letter;
    }

    LineBuffer put(long number) {
        if (number == Long.MIN_VALUE) {
            return put(MIN_VALUE);
        }
        if (number < 0) {
            put('-');
        }
        return putDigits(Math.abs(number), 1);
    }

    /** The number with at least this number of digits. Not negative. */
    LineBuffer putDigits(long number, int width) {
        int count = 0;
        for (long rest = number; rest > 0 || count < width; rest /= DECIMAL) {
            digits[count++] = (byte) ('0' + rest % DECIMAL);
        }
        while (count > 0) {
            put(digits[--count]);
        }
        return this;
    }

    /** Nanoseconds as microseconds, {@code 12.345}. */
    LineBuffer putMicros(long ns) {
        if (ns < 0) {
            put('-');
        }
        long magnitude = Math.abs(ns);
        return put(magnitude / NS_PER_US).put('.').putDigits(magnitude % NS_PER_US, NS_DIGITS);
    }

    /** A payload's bytes as hexadecimal digits: the first eight without allocating, a longer one by a small array. */
    LineBuffer putPayload(SignalRecord signal) {
        int length = signal.payloadLength();
        if (length <= Long.BYTES) {
            long bits = signal.payloadLong();
            for (int i = 0; i < length; i++) {
                putHex((int) (bits >>> (i * Byte.SIZE)) & 0xFF);
            }
            return this;
        }
        for (byte each : signal.payload()) {
            putHex(each & 0xFF);
        }
        return this;
    }

    /** Blanks up to a column of the present line, at least one. */
    LineBuffer toColumn(int column) {
        do {
            put(' ');
        } while (length - lineStart < column);
        return this;
    }

    LineBuffer putHex(int value) {
        put(HEX[value >>> Integer.BYTES & 0xF]);
        put(HEX[value & 0xF]);
        return this;
    }

    /** Ends the line. Leaves room for a whole one, so that lines are rarely written in parts. */
    void endLine() {
        put('\n');
        if (length > CAPACITY / 2) {
            flush();
        }
        lineStart = length;
    }

    void flush() {
        try {
            out.write(bytes, 0, length);
            out.flush();
        } catch (IOException e) {
            throw new Output.Lost(e);
        } finally {
            lineStart -= length;
            length = 0;
        }
    }
}
