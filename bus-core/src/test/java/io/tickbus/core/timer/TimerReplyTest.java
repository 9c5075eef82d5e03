// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.timer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tickbus.core.internal.layout.ReplyLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class TimerReplyTest {
    private static TimerReply full() {
        return new TimerReply().answer(ReplyCode.FULL, ReplyReason.OWNER_QUOTA, -5).commandSequence(1L << 40)
                .deadlineNs(77).signalSequence(88).timer(65_535, -9, 99).detail(-1);
    }

    @Test
    void shouldGiveBackEachFieldWhenAllAreSet() {
        TimerReply reply = full();
        assertEquals(ReplyCode.FULL, reply.code());
        assertEquals(ReplyReason.OWNER_QUOTA, reply.reason());
        assertEquals(-5, reply.key());
        assertEquals(1L << 40, reply.commandSequence());
        assertEquals(77, reply.deadlineNs());
        assertEquals(88, reply.signalSequence());
        assertEquals(65_535, reply.owner());
        assertEquals(-9, reply.signalId());
        assertEquals(99, reply.periodNs());
        assertEquals(-1, reply.detail());
    }

    @Test
    void shouldStandAtLayoutsOffsetsWhenWritten() {
        SharedRegion region = SharedRegion.allocate(2 * SlotRing.SLOT_LENGTH);
        SlotWriter.overwriting(new SlotRing(region, 0, 2), 0).write(full().fields());
        ByteBuffer slot = region.asByteBuffer();
        assertEquals(1L << 40, slot.getLong(ReplyLayout.COMMAND_SEQUENCE));
        assertEquals(-5, slot.getLong(ReplyLayout.KEY));
        assertEquals(77, slot.getLong(ReplyLayout.DEADLINE_NS));
        assertEquals(88, slot.getLong(ReplyLayout.SIGNAL_SEQUENCE));
        assertEquals(ReplyCode.FULL.code(), slot.get(ReplyLayout.CODE));
        assertEquals(ReplyReason.OWNER_QUOTA.code(), slot.get(ReplyLayout.REASON));
        assertEquals((short) -1, slot.getShort(ReplyLayout.OWNER));
        assertEquals(-9, slot.getInt(ReplyLayout.SIGNAL_ID));
        assertEquals(99, slot.getLong(ReplyLayout.PERIOD_NS));
        assertEquals(-1, slot.getLong(ReplyLayout.DETAIL));
    }

    @Test
    void shouldKeepNothingOfLastWhenStartedAnew() {
        TimerReply fresh = new TimerReply().answer(ReplyCode.ARMED, ReplyReason.NONE, 1);
        assertArrayEquals(fresh.fields(), full().answer(ReplyCode.ARMED, ReplyReason.NONE, 1).fields());
    }

    @Test
    void shouldKeepCodesWhenConstantsAreEdited() {
        ReplyCode[] codes = {ReplyCode.ARMED, ReplyCode.CANCELLED, ReplyCode.ALREADY_FIRED, ReplyCode.UNKNOWN,
            ReplyCode.FULL, ReplyCode.INVALID, ReplyCode.PAUSED, ReplyCode.RESUMED, ReplyCode.LISTED,
            ReplyCode.LIST_END, ReplyCode.LISTED_REST, ReplyCode.SUBMITTED, ReplyCode.UNCERTAIN, ReplyCode.FORWARDED,
            ReplyCode.FORWARDED_REST, ReplyCode.FORWARDED_NAME, ReplyCode.LISTED_TEXT};
        for (int i = 0; i < codes.length; i++) {
            assertEquals(i + 1, codes[i].code());
            assertEquals(codes[i], ReplyCode.of(i + 1));
        }
        assertNull(ReplyCode.of(0));
        assertNull(ReplyCode.of(codes.length + 1));
        assertNull(new TimerReply().code());
    }

    @Test
    void shouldKeepReasonCodesWhenConstantsAreEdited() {
        assertEquals(0, ReplyReason.NONE.code());
        assertEquals(1, ReplyReason.UNKNOWN_TYPE.code());
        assertEquals(8, ReplyReason.OWNER_QUOTA.code());
        assertEquals(10, ReplyReason.TOO_MANY_CLIENTS.code());
        assertEquals(11, ReplyReason.BAD_CLIENT_FILE.code());
        assertEquals(12, ReplyReason.CORRUPT_RING.code());
        assertEquals(13, ReplyReason.UNREADABLE.code());
        assertEquals(14, ReplyReason.BAD_HELLO.code());
        assertEquals(16, ReplyReason.OPEN_FILES.code());
        assertEquals(17, ReplyReason.CLOSED.code());
        assertEquals(18, ReplyReason.STOPPING.code());
        assertEquals(26, ReplyReason.NOT_SHARED.code());
        assertEquals(27, ReplyReason.NO_CLUSTER.code());
        assertEquals(30, ReplyReason.CLUSTER_FULL.code());
        assertEquals(31, ReplyReason.BAD_SCHEDULE.code());
        assertEquals(32, ReplyReason.NEVER_DUE.code());
        assertEquals(ReplyReason.NONE, ReplyReason.of(200));
        assertEquals(ReplyReason.NONE, ReplyReason.of(-1));
    }
}
