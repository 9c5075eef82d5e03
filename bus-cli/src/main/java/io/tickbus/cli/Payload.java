// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.TimerCommand;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** A payload as it is typed: text, or {@code 0x} and hexadecimal digits. */
public final class Payload {
    private final byte[] bytes;

    private Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Puts it into a signal. */
    public SignalRecord putInto(SignalRecord signal) {
        return signal.payload(bytes);
    }

    /** Puts it into a timer's command, for each of the timer's signals. */
    public TimerCommand putInto(TimerCommand command) {
        ByteBuffer padded = ByteBuffer.wrap(Arrays.copyOf(bytes, SignalRecordLayout.MAX_PAYLOAD_LENGTH))
                .order(ByteOrder.LITTLE_ENDIAN);
        return command.payload(padded.getLong(0), padded.getInt(Long.BYTES), bytes.length);
    }

    /** Reads it. */
    public static Payload parse(String text) {
        Payload payload = read(text);
        if (payload.bytes.length > SignalRecordLayout.MAX_PAYLOAD_LENGTH) {
            throw new IllegalArgumentException("a payload has at most " + SignalRecordLayout.MAX_PAYLOAD_LENGTH
                    + " bytes: bytes=" + payload.bytes.length);
        }
        return payload;
    }

    private static Payload read(String text) {
        if (!text.startsWith("0x")) {
            return new Payload(text.getBytes(StandardCharsets.UTF_8));
        }
        try {
            return new Payload(HexFormat.of().parseHex(text.substring(2)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("after 0x two hexadecimal digits make a byte: payload=" + text);
        }
    }
}
