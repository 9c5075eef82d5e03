// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.core.internal.file.ControlMessage.Answer;
import io.tickbus.core.internal.layout.ControlLayout;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.testkit.GoldenHex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The messages of version 2, a HELLO, a WELCOME and a REJECTED one behind the other, as they were written once. */
class GoldenControlTest {
    private static final String RESOURCE = "control-v" + ControlLayout.VERSION + ".hex";
    private static final ClientIdentity CLIENT = new ClientIdentity(
            UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"), GoldenBus.HISTORY_ID, GoldenBus.EPOCH, 4711,
            "Pump_1.left-side", 4);
    private static final Answer WELCOME = Answer.welcome(17, 0xFEDC, 1L << 40, 256);
    private static final Answer REJECTED = Answer.rejected(ReplyReason.TOO_MANY_CLIENTS, "as many as it may");

    /** Writes the golden file: {@code main(the resource to write)}. */
    public static void main(String[] args) throws IOException {
        GoldenHex.write(Path.of(args[0]), written());
    }

    private static byte[] written() {
        ByteBuffer all = ByteBuffer.allocate(3 * ControlLayout.LENGTH);
        return all.put(ControlMessage.hello(CLIENT)).put(ControlMessage.answer(CLIENT, WELCOME))
                .put(ControlMessage.answer(CLIENT, REJECTED)).array();
    }

    @Test
    void shouldWriteGoldenMessagesToTheByte() throws IOException {
        assertEquals(GoldenHex.format(GoldenHex.read(GoldenControlTest.class, RESOURCE)), GoldenHex.format(written()));
        assertArrayEquals(GoldenHex.read(GoldenControlTest.class, RESOURCE), written());
    }

    @Test
    void shouldReadGoldenMessages() throws IOException {
        ByteBuffer golden = ByteBuffer.wrap(GoldenHex.read(GoldenControlTest.class, RESOURCE));
        assertEquals(CLIENT, ControlMessage.readHello(message(golden, 0)));
        assertEquals(WELCOME, ControlMessage.readAnswer(message(golden, 1)));
        assertEquals(REJECTED, ControlMessage.readAnswer(message(golden, 2)));
    }

    private static ByteBuffer message(ByteBuffer golden, int index) {
        return golden.slice(index * ControlLayout.LENGTH, ControlLayout.LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    }
}
