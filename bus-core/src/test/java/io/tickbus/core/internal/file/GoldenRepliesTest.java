// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.testkit.GoldenHex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layout version 3 of {@code replies} as it was written once: today's code reads it, and writes it to the byte. */
class GoldenRepliesTest {
    private static final String RESOURCE = "replies-v" + RepliesLayout.VERSION + ".hex";
    private static final int SESSIONS = 3;
    private static final int SLOTS = 4;
    private static final int OWNER = 0xFEDC;
    private static final ClientIdentity CLIENT = new ClientIdentity(
            UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"), GoldenBus.HISTORY_ID, GoldenBus.EPOCH, 4711,
            "Pump_1.left-side", 4);
    private static final ClientIdentity EVICTED = new ClientIdentity(
            UUID.fromString("fedcba98-7654-3210-0123-456789abcdef"), GoldenBus.HISTORY_ID, GoldenBus.EPOCH, 1, "", 0);
    private static final long DUE_NS = 1_000_000_000_000L;
    private static final TimerCommand ARMING = new TimerCommand().arm(-5, -73, DUE_NS + 4).periodNs(50_003)
            .flags(CommandLayout.FLAG_KEEP_ON_DEATH | CommandLayout.FLAG_CALENDAR).misfire(MisfirePolicy.FIRE_ALL, 1000)
            .graceUs(4_294_967_294L).payload(0x0807_0605_0403_0201L, 0x0C0B_0A09, 12).generation(-52);

    @TempDir
    Path folder;

    /** Writes the golden file: {@code main(folder for the bus, the resource to write)}. */
    public static void main(String[] args) throws IOException {
        GoldenHex.write(Path.of(args[1]), written(BusDirectory.at(Path.of(args[0]), "golden")));
    }

    /** Six replies in the four slots of one session, a client that was evicted, and a session of nobody. */
    private static byte[] written(BusDirectory directory) throws IOException {
        GoldenBus.open(directory, header -> {
            RepliesFile replies = RepliesFile.create(directory, header, SESSIONS, SLOTS, null);
            Session session = replies.session(1);
            session.putConnected(CLIENT, OWNER, -1_294_967_296);
            SlotWriter writer = session.replyWriter();
            for (int i = 0; i < 6; i++) {
                writer.write(reply(i).fields());
            }
            session.putPendingTimers(17);
            session.putConsumed(6);
            replies.session(2).putConnected(EVICTED, 2, 1000);
            replies.session(2).putEvicted(ReplyReason.CORRUPT_RING);
            replies.announceSleep(DUE_NS);
        });
        return Files.readAllBytes(directory.replies());
    }

    private static TimerReply reply(int i) {
        ReplyCode code = new ReplyCode[] {ReplyCode.ARMED, ReplyCode.CANCELLED, ReplyCode.INVALID, ReplyCode.LISTED,
            ReplyCode.LISTED_REST, ReplyCode.LIST_END}[i];
        TimerReply reply = new TimerReply().answer(code, i == 2 ? ReplyReason.BAD_PERIOD : ReplyReason.NONE, -1L - i)
                .commandSequence(i).deadlineNs(DUE_NS + i);
        return code == ReplyCode.LISTED_REST ? reply.arming(OWNER, ARMING)
                : reply.signalSequence(100 + i).timer(OWNER - i, -70 - i, 50_000 + i).detail(-5L * i);
    }

    @Test
    void shouldWriteGoldenFileToTheByte() throws IOException {
        byte[] written = written(BusDirectory.at(folder, "golden"));
        assertEquals(GoldenHex.format(GoldenHex.read(GoldenRepliesTest.class, RESOURCE)), GoldenHex.format(written));
        assertArrayEquals(GoldenHex.read(GoldenRepliesTest.class, RESOURCE), written);
    }

    @Test
    void shouldReadSessionsOfGoldenFile() throws IOException {
        RepliesFile replies = golden();
        assertEquals(3, replies.sessionCount());
        assertEquals(4, replies.slotCount());
        assertEquals(0x0123_4567_89AB_CDEFL, replies.historyId());
        assertEquals(7, replies.epoch());
        assertEquals(1_000_000_000_000L, replies.sleepingUntilNs());
        Session session = replies.session(1);
        assertTrue(session.isConnectedTo(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff")));
        assertEquals(65_244, session.owner());
        assertEquals(4, session.commandSlots());
        assertEquals(4711, session.pid());
        assertEquals("3000000000", Integer.toUnsignedString(session.user()));
        assertEquals("Pump_1.left-side", session.name());
        assertEquals(6, session.consumed());
        assertEquals(17, session.pendingTimers());
        assertEquals(6, session.nextReply());
        Session evicted = replies.session(2);
        assertEquals(UUID.fromString("fedcba98-7654-3210-0123-456789abcdef"), evicted.uuid());
        assertEquals(RepliesLayout.STATE_EVICTED, evicted.state());
        assertEquals(12, evicted.reason().code());
        assertEquals(2, evicted.owner());
        assertEquals(0, evicted.commandSlots());
        assertEquals(1000, evicted.user());
        assertEquals("", evicted.name());
        assertEquals(RepliesLayout.STATE_FREE, replies.session(0).state());
    }

    @Test
    void shouldReadRepliesOfGoldenFile() throws IOException {
        RepliesFile replies = golden();
        SlotRing ring = replies.session(1).ring();
        TimerReply reply = new TimerReply();
        assertEquals(SlotRing.OVERWRITTEN, ring.state(1));
        int[] codes = {6, 9, 11, 10};
        for (int i = 2; i < 6; i++) {
            assertEquals(SlotRing.COMMITTED, ring.read(i, reply.fields()));
            assertEquals(codes[i - 2], reply.code().code());
            assertEquals(i == 2 ? 4 : 0, reply.reason().code());
            assertEquals(i, reply.commandSequence());
            assertEquals(-1L - i, reply.key());
            assertEquals(1_000_000_000_000L + i, reply.deadlineNs());
            if (i == 4) {
                assertRest(reply);
                continue;
            }
            assertEquals(100 + i, reply.signalSequence());
            assertEquals(65_244 - i, reply.owner());
            assertEquals(-70 - i, reply.signalId());
            assertEquals(50_000 + i, reply.periodNs());
            assertEquals(-5L * i, reply.detail());
        }
        assertNotEquals(SlotRing.COMMITTED, ring.state(6));
    }

    /** The words as a reader of WIRE_FORMAT.md finds them, and the command made of them. */
    private static void assertRest(TimerReply rest) {
        assertEquals(65_244, rest.owner());
        assertEquals(-52, rest.signalId(), "generation");
        assertEquals(0x0807_0605_0403_0201L, rest.periodNs(), "payload");
        assertEquals(0x0C02_1100_0C0B_0A09L, rest.detail(), "length, misfire, flags, payload");
        assertEquals((1000L << 32) | 4_294_967_294L, rest.signalSequence(), "cap, grace");
        TimerCommand arming = rest.copyTo(new TimerCommand().arm(-5, -73, DUE_NS + 4).periodNs(50_003));
        assertArrayEquals(ARMING.fields(), arming.fields());
    }

    private RepliesFile golden() throws IOException {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "golden");
        BusFiles.createIfMissing(directory);
        Files.write(directory.replies(), GoldenHex.read(GoldenRepliesTest.class, RESOURCE));
        return RepliesFile.attach(directory);
    }
}
