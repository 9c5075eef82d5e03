// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static io.tickbus.core.internal.file.BusFixture.assertFails;
import static io.tickbus.core.internal.file.BusFixture.put;
import static io.tickbus.core.internal.file.BusFixture.resize;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerReply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both sides of the replies file; and each thing that can be wrong with one is refused by its own reason. */
class RepliesFileTest {
    private static final int LENGTH = 4096 + 3 * 256 + 3 * 4 * 64;

    @TempDir
    Path folder;

    private BusDirectory directory;
    private RepliesFile replies;

    @BeforeEach
    void create() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        replies = ClientFixture.create(directory);
    }

    @Test
    void shouldGiveClientWhatDaemonWroteWhenAttached() {
        RepliesFile attached = RepliesFile.attach(directory);
        SignalsHeader bus = SignalsFile.attach(directory).header();
        assertEquals(bus.historyId(), attached.historyId());
        assertEquals(bus.epoch(), attached.epoch());
        assertEquals(3, attached.sessionCount());
        assertEquals(4, attached.slotCount());
        assertEquals(RepliesLayout.AWAKE, attached.sleepingUntilNs());
        assertEquals(LENGTH, attached.region().length());
        assertTrue(attached.region().isReadOnly());
        assertEquals("rw-------", BusFixture.mode(directory.replies()));
        replies.announceSleep(55);
        assertEquals(55, attached.sleepingUntilNs());
        replies.announceAwake();
        assertEquals(RepliesLayout.AWAKE, attached.sleepingUntilNs());
    }

    @Test
    void shouldServeOneClientAfterTheOtherWhenSessionIsReused() {
        Session daemon = replies.session(2);
        Session client = RepliesFile.attach(directory).session(2);
        ClientIdentity named = ClientFixture.identity("x".repeat(64));
        UUID first = named.uuid();
        assertFalse(client.isConnectedTo(first));
        daemon.putConnected(named, 65_535, -2);
        assertTrue(client.isConnectedTo(first));
        assertEquals(first, client.uuid());
        assertEquals("x".repeat(64), client.name());
        assertEquals(4711, client.pid());
        assertEquals(-2, client.user());
        assertEquals(ClientFixture.SLOT_COUNT, client.commandSlots());
        assertEquals(65_535, client.owner());
        assertEquals(0, client.nextReply());
        SlotWriter writer = daemon.replyWriter();
        TimerReply reply = new TimerReply().answer(ReplyCode.ARMED, ReplyReason.NONE, 4);
        for (int i = 0; i < 6; i++) {
            writer.write(reply.commandSequence(i).fields());
        }
        daemon.putConsumed(6);
        daemon.putPendingTimers(5);
        assertEquals(6, client.consumed());
        assertEquals(5, client.pendingTimers());
        assertEquals(6, client.nextReply());
        assertEquals(SlotRing.COMMITTED, client.ring().read(5, reply.fields()));
        assertEquals(5, reply.commandSequence());
        daemon.putEvicted(ReplyReason.UNREADABLE);
        assertFalse(client.isConnectedTo(first));
        assertTrue(client.isOf(first));
        assertEquals(RepliesLayout.STATE_EVICTED, client.state());
        assertEquals(ReplyReason.UNREADABLE, client.reason());
        ClientIdentity nameless = ClientFixture.identity("");
        UUID second = nameless.uuid();
        daemon.putConnected(nameless, 2, 0);
        assertEquals("", client.name());
        assertFalse(client.isOf(first));
        assertTrue(client.isConnectedTo(second));
        assertEquals(ReplyReason.NONE, client.reason());
        assertEquals(0, client.consumed());
        assertEquals(0, client.pendingTimers());
        assertEquals(6, client.nextReply());
        assertEquals(6, daemon.replyWriter().nextSequence());
        daemon.putFree();
        assertEquals(RepliesLayout.STATE_FREE, client.state());
    }

    @Test
    void shouldRefuseCommandsUntilConsumedWhenRingIsFull() {
        ClientFile file = ClientFile.inMemory(ClientFixture.SLOT_COUNT);
        SlotWriter commands = RepliesFile.attach(directory).session(1).commandWriter(file.ring());
        long[] fields = new long[SlotRing.FIELD_COUNT];
        for (int i = 0; i < ClientFixture.SLOT_COUNT; i++) {
            assertEquals(i, commands.write(fields));
        }
        assertEquals(SlotWriter.FULL, commands.write(fields));
        replies.session(1).putConsumed(1);
        assertEquals(ClientFixture.SLOT_COUNT, commands.write(fields));
        assertEquals(SlotWriter.FULL, commands.write(fields));
    }

    @Test
    void shouldReplacePredecessorWhenCreatedAgain() {
        RepliesFile old = RepliesFile.attach(directory);
        assertEquals(FileStatus.CURRENT, old.fileStatus());
        assertEquals(FileStatus.CURRENT, replies.fileStatus());
        ClientFixture.create(directory);
        assertEquals(FileStatus.REPLACED, old.fileStatus());
        assertEquals(FileStatus.REPLACED, replies.fileStatus());
        assertEquals(old.epoch() + 1, RepliesFile.attach(directory).epoch());
        assertEquals(old.historyId(), RepliesFile.attach(directory).historyId());
    }

    @Test
    void shouldRefuseGeometryThatNoFileCanHave() {
        SignalsHeader bus = SignalsFile.attach(directory).header();
        int[][] geometries = {{0, 4}, {4097, 4}, {-1, 4}, {2, 3}, {2, 1}, {2, 0}, {4096, 1 << 14}, {2, 1 << 25}};
        for (int[] geometry : geometries) {
            assertThrows(IllegalArgumentException.class,
                    () -> RepliesFile.create(directory, bus, geometry[0], geometry[1], null));
        }
        assertEquals(FileStatus.CURRENT, replies.fileStatus());
    }

    @Test
    void shouldLeaveNothingWhenGroupIsUnknown() throws IOException {
        SignalsHeader bus = SignalsFile.attach(directory).header();
        assertFails(Reason.SYSTEM, () -> RepliesFile.create(directory, bus, 2, 4, "no-such-group-here"));
        try (var files = Files.list(directory.path())) {
            assertTrue(files.noneMatch(file -> file.getFileName().toString().startsWith(".new-")));
        }
        assertEquals(FileStatus.CURRENT, replies.fileStatus());
    }

    @Test
    void shouldRefuseEachHeaderFieldThatDiffers() {
        assertRefused(0, 0L, Reason.WRONG_MAGIC, "it is not a replies file: magic=0x0 expected=0x315045524b434954");
        assertRefused(0, Long.reverseBytes(0x3150_4552_4B43_4954L), Reason.WRONG_BYTE_ORDER, "not little-endian");
        assertRefused(8, 1 | (0x0A0B_0C0DL << 32), Reason.WRONG_VERSION, "layoutVersion=1 expected=3");
        assertRefused(16, 4096 | (128L << 32), Reason.WRONG_RECORD_SIZE, "recordBytes=128");
        for (long slots : new long[] {0, 1, 3, -4, 1L << 25}) {
            assertRefused(24, slots, Reason.CORRUPT, "slotCount=" + slots);
        }
        assertRefused(24, 8L, Reason.WRONG_LENGTH, "need 6400");
        assertRefused(24, 1L << 24, Reason.CORRUPT, "sessionCount=3");
        assertRefused(32, 1L, Reason.WRONG_LENGTH, "states 1");
        for (int sessions : new int[] {0, 4097, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertRefused(40, sessions & 0xFFFF_FFFFL, Reason.CORRUPT, "sessionCount=" + sessions);
        }
        assertRefused(40, 4L, Reason.WRONG_LENGTH, "has 5632 bytes");
        RepliesFile.attach(directory);
    }

    @Test
    void shouldRefuseOtherLengthLinkAndAbsence() throws IOException {
        for (int length : new int[] {LENGTH + 1, LENGTH - 1, 4095, 0}) {
            resize(directory.replies(), length);
            assertFails(Reason.WRONG_LENGTH, () -> RepliesFile.attach(directory));
        }
        Path target = folder.resolve("target");
        Files.move(directory.replies(), target);
        assertFails(Reason.NOT_FOUND, () -> RepliesFile.attach(directory));
        Files.createSymbolicLink(directory.replies(), target);
        assertFails(Reason.NOT_A_FILE, () -> RepliesFile.attach(directory));
    }

    @Test
    void shouldRefuseFileOfAnotherUser() throws IOException {
        assumeTrue(UserId.current() == 0, "skipped: only root can give a file away");
        Files.setAttribute(directory.replies(), "unix:uid", 1);
        assertFails(Reason.NOT_TRUSTED, () -> RepliesFile.attach(directory));
    }

    private void assertRefused(int offset, long value, Reason reason, String text) {
        Path path = directory.replies();
        long before = replies.region().getLong(offset);
        put(path, offset, value);
        byte[] bytes = BusFixture.bytes(path);
        BusException e = assertFails(reason, () -> RepliesFile.attach(directory));
        assertTrue(e.getMessage().contains(text), e.getMessage());
        assertTrue(e.getMessage().startsWith(path + ": "), e.getMessage());
        assertArrayEquals(bytes, BusFixture.bytes(path));
        put(path, offset, before);
    }
}
