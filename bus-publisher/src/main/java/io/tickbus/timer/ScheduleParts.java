// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Puts together the text of a schedule from the parts in which one client, or a journal, has it: one text after the
 * other.
 *
 * <p><b>Threads:</b> one. <b>Errors:</b> none for any parts; a text whose number is not its own is no text.
 */
public final class ScheduleParts {
    private byte[] bytes = {};
    private int length;
    private int received;
    private long id;

    /** No parts. */
    public ScheduleParts() {
        // Nothing to set.
    }

    /** Takes a part; returns whether it completes a text. */
    public boolean add(TimerCommand part) {
        int offset = part.textOffset();
        if (offset == 0) {
            id = part.key();
            length = part.textLength();
            received = 0;
        }
        boolean isNext = id == part.key() && offset == received && length == part.textLength() && offset < length
                && length <= ScheduleDefinition.MAX_LENGTH;
        if (!isNext) {
            return false;
        }
        if (bytes.length < offset + CommandLayout.TEXT_LENGTH) {
            bytes = Arrays.copyOf(bytes, offset + CommandLayout.TEXT_LENGTH);
        }
        for (int i = 0; i < CommandLayout.TEXT_LENGTH; i++) {
            bytes[offset + i] = (byte) (part.textWord(i / Long.BYTES) >>> (i % Long.BYTES * Byte.SIZE));
        }
        received = offset + CommandLayout.TEXT_LENGTH;
        return received >= length;
    }

    /** The number of the text. */
    public long id() {
        return id;
    }

    /** The text that is complete; null if its number is another, or it is not UTF-8. */
    public String text() {
        if (ScheduleDefinition.idOf(bytes, length) != id) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /**
     * The schedule of a text, which takes some microseconds, and the first of a zone a fraction of a millisecond; null
     * if there is no text, or it is not understood.
     */
    public static CalendarSchedule parse(String text) {
        try {
            return text == null ? null : ScheduleDefinition.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
