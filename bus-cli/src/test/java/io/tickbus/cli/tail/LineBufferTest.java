// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LineBufferTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final LineBuffer buffer = new LineBuffer(bytes);

    private String text() {
        buffer.flush();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 9, 10, 1234567890123L, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1})
    void shouldPrintNumbersAsTheyAre(long number) {
        buffer.put(number);
        assertEquals(String.valueOf(number), text());
    }

    @Test
    void shouldKeepColumnsAndFillUpDigits() {
        buffer.put("a").toColumn(4).putDigits(7, 3).toColumn(5).putHex(0x0F).endLine();
        buffer.put('x').toColumn(3).put("y").endLine();
        assertEquals("a   007 0f\nx  y\n", text());
    }

    @Test
    void shouldKeepColumnsWhenTheBufferIsWrittenInBetween() {
        for (int i = 0; i < 20_000; i++) {
            buffer.put(i % 10).toColumn(8).put("z").endLine();
        }
        assertEquals(20_000L, text().lines().filter(line -> line.length() == 9).count());
    }
}
