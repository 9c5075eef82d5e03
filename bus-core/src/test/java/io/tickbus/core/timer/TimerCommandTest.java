// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.timer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class TimerCommandTest {
    private static TimerCommand full() {
        return new TimerCommand().arm(-3, -7, 123_456_789_012L).periodNs(1_000_000)
                .flags(CommandLayout.FLAG_KEEP_ON_DEATH | 0x80).misfire(MisfirePolicy.FIRE_ALL, -2)
                .graceUs(4_294_967_295L).payload(0x0102_0304_0506_0708L, -2, 12).generation(-5);
    }

    @Test
    void shouldGiveBackEachFieldWhenAllAreSet() {
        TimerCommand command = full();
        assertEquals(CommandLayout.TYPE_ARM, command.type());
        assertEquals(-3, command.key());
        assertEquals(-7, command.signalId());
        assertEquals(123_456_789_012L, command.deadlineNs());
        assertEquals(1_000_000, command.periodNs());
        assertEquals(0x81, command.flags());
        assertEquals(MisfirePolicy.FIRE_ALL.code(), command.misfireCode());
        assertEquals(4_294_967_294L, command.catchUpCap());
        assertEquals(4_294_967_295L, command.graceUs());
        assertEquals(12, command.payloadLength());
        assertEquals(0x0102_0304_0506_0708L, command.payloadLow());
        assertEquals(-2, command.payloadHigh());
        assertEquals(-5, command.generation());
    }

    @Test
    void shouldStandAtLayoutsOffsetsWhenWritten() {
        SharedRegion region = SharedRegion.allocate(2 * SlotRing.SLOT_LENGTH);
        SlotWriter.overwriting(new SlotRing(region, 0, 2), 0).write(full().fields());
        ByteBuffer slot = region.asByteBuffer();
        assertEquals(-3, slot.getLong(CommandLayout.KEY));
        assertEquals(123_456_789_012L, slot.getLong(CommandLayout.DEADLINE_NS));
        assertEquals(1_000_000, slot.getLong(CommandLayout.PERIOD_NS));
        assertEquals(-7, slot.getInt(CommandLayout.SIGNAL_ID));
        assertEquals(CommandLayout.TYPE_ARM, slot.get(CommandLayout.TYPE));
        assertEquals((byte) 0x81, slot.get(CommandLayout.FLAGS));
        assertEquals(2, slot.get(CommandLayout.MISFIRE));
        assertEquals(12, slot.get(CommandLayout.PAYLOAD_LENGTH));
        assertEquals(-1, slot.getInt(CommandLayout.GRACE_US));
        assertEquals(-2, slot.getInt(CommandLayout.CATCH_UP_CAP));
        assertEquals(0x0102_0304_0506_0708L, slot.getLong(CommandLayout.PAYLOAD));
        assertEquals(-2, slot.getInt(CommandLayout.PAYLOAD + Long.BYTES));
        assertEquals(-5, slot.getInt(CommandLayout.GENERATION));
    }

    @Test
    void shouldKeepNothingOfLastWhenStartedAnew() {
        TimerCommand command = full().arm(1, 2, 3);
        assertArrayEquals(new TimerCommand().arm(1, 2, 3).fields(), command.fields());
        assertEquals(0, command.flags() + command.misfireCode() + command.payloadLength() + command.periodNs());
        command = full().reset(CommandLayout.TYPE_LIST, 9);
        assertEquals(CommandLayout.TYPE_LIST, command.type());
        assertEquals(9, command.key());
        assertEquals(0, command.flags() | command.signalId() | command.deadlineNs() | command.graceUs());
    }

    @Test
    void shouldRefuseWhatDoesNotFit() {
        TimerCommand command = new TimerCommand();
        assertThrows(IllegalArgumentException.class, () -> command.flags(256));
        assertThrows(IllegalArgumentException.class, () -> command.flags(-1));
        assertThrows(IllegalArgumentException.class, () -> command.graceUs(-1));
        assertThrows(IllegalArgumentException.class, () -> command.graceUs(1L << 32));
        assertThrows(IllegalArgumentException.class, () -> command.payload(0, 0, 13));
        assertThrows(IllegalArgumentException.class, () -> command.payload(0, 0, -1));
        assertArrayEquals(new TimerCommand().fields(), command.fields());
    }

    @Test
    void shouldKeepPolicyCodesWhenConstantsAreEdited() {
        assertEquals(0, MisfirePolicy.FIRE_ONCE.code());
        assertEquals(1, MisfirePolicy.SKIP.code());
        assertEquals(2, MisfirePolicy.FIRE_ALL.code());
        assertEquals(MisfirePolicy.SKIP, MisfirePolicy.of(1));
        assertEquals(null, MisfirePolicy.of(3));
        assertEquals(null, MisfirePolicy.of(-1));
    }
}
