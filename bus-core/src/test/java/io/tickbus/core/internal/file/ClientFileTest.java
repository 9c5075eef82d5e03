// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static io.tickbus.core.internal.file.BusFixture.assertFails;
import static io.tickbus.core.internal.file.BusFixture.put;
import static io.tickbus.core.internal.file.BusFixture.resize;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.TimerCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both sides of a client's file; and each thing that can be wrong with one is refused by its own reason. */
class ClientFileTest {
    @TempDir
    Path folder;

    private final ClientIdentity client = ClientFixture.identity("web-1.A_");
    private BusDirectory directory;
    private ClientFile created;
    private Path path;

    @BeforeEach
    void connect() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        ClientFixture.create(directory);
        create();
    }

    private void create() {
        created = ClientFile.create(directory, client);
        path = directory.clients().resolve(client.uuid().toString());
    }

    private ClientFile open() {
        return ClientFile.open(directory, client);
    }

    @Test
    void shouldGiveDaemonWhatClientWritesAndLeaveNoNameWhenOpened() throws IOException {
        assertEquals(List.of(path), files());
        assertEquals("rw-------", BusFixture.mode(path));
        assertEquals("rwx------", BusFixture.mode(directory.clients()));
        assertEquals(ClientFixture.LENGTH, Files.size(path));
        ClientFile opened = open();
        assertEquals(List.of(), files());
        assertTrue(opened.region().isReadOnly());
        long[] fields = new long[SlotRing.FIELD_COUNT];
        SlotWriter.overwriting(created.ring(), 0).write(new TimerCommand().arm(5, 6, 7).fields());
        assertEquals(SlotRing.COMMITTED, opened.ring().read(0, fields));
        assertArrayEquals(new TimerCommand().arm(5, 6, 7).fields(), fields);
        assertFails(Reason.NOT_FOUND, this::open);
    }

    @Test
    void shouldForgetCommandsWhenMemoryIsUsedAgain() {
        ClientFile memory = ClientFile.inMemory(4);
        SlotWriter.overwriting(memory.ring(), 0).write(new TimerCommand().arm(5, 6, 7).fields());
        assertTrue(memory.ring().hasNews(0));
        memory.clear();
        assertEquals(SlotRing.NOT_YET, memory.ring().read(0, new long[SlotRing.FIELD_COUNT]));
    }

    @Test
    void shouldRemoveOnlyWhatClientsLeftWhenEmptied() throws IOException {
        Path shortName = Files.createFile(directory.clients().resolve("1-1-1-1-1"));
        Path upperCase = Files.createFile(
                directory.clients().resolve(UUID.randomUUID().toString().toUpperCase(Locale.ROOT)));
        Files.createFile(directory.clients().resolve(".new-" + UUID.randomUUID() + "-1-x"));
        BusFiles.prepareClients(directory);
        assertEquals(List.of(shortName, upperCase).stream().sorted().toList(), files());
    }

    @Test
    void shouldRefuseEachHeaderFieldThatDiffers() {
        assertRefused(0, 0L, Reason.WRONG_MAGIC, "it is not a client file: magic=0x0");
        assertRefused(0, SignalsLayout.MAGIC_VALUE, Reason.WRONG_MAGIC, "expected=0x31494c434b434954");
        assertRefused(0, Long.reverseBytes(0x3149_4C43_4B43_4954L), Reason.WRONG_BYTE_ORDER, "not little-endian");
        assertRefused(8, 1 | (0x0A0B_0C0DL << 32), Reason.WRONG_VERSION, "layoutVersion=1 expected=2");
        assertRefused(8, 2 | (0x0D0C_0B0AL << 32), Reason.WRONG_BYTE_ORDER, "byteOrder=0xd0c0b0a");
        assertRefused(16, 8192 | (64L << 32), Reason.WRONG_RECORD_SIZE, "headerBytes=8192");
        assertRefused(16, 4096 | (32L << 32), Reason.WRONG_RECORD_SIZE, "recordBytes=32");
        for (long slots : new long[] {0, 1, 3, -8, 1 << 17, 1L << 40, Long.MIN_VALUE}) {
            assertRefused(24, slots, Reason.CORRUPT, "slotCount=" + slots + " is not a power of two from 2 to 65536");
        }
        assertRefused(24, 16L, Reason.WRONG_LENGTH, "need 5120");
        assertRefused(32, 4607L, Reason.WRONG_LENGTH, "states 4607");
        for (int offset : new int[] {64, 72, 80, 88}) {
            assertRefused(offset, 1L, Reason.CORRUPT, "it contradicts its client");
        }
    }

    @Test
    void shouldRefuseFileWithOtherSlotsThanAnnounced() {
        ClientIdentity other = new ClientIdentity(client.uuid(), 11, 12, 4711, "", 16);
        BusException e = assertFails(Reason.CORRUPT, () -> ClientFile.open(directory, other));
        assertTrue(e.getMessage().contains("slotCount=8, and 16 slots were announced"), e.getMessage());
    }

    @Test
    void shouldRefuseOtherLength() {
        for (int length : new int[] {ClientFixture.LENGTH + 1, ClientFixture.LENGTH - 1, 4096, 4095, 8, 0}) {
            resize(path, length);
            BusException e = assertFails(Reason.WRONG_LENGTH, this::open);
            assertTrue(e.getMessage().contains("has " + length + " bytes"), e.getMessage());
            create();
        }
    }

    @Test
    void shouldRefuseLinkAndDirectory() throws IOException {
        Path elsewhere = Files.move(path, folder.resolve("elsewhere"));
        Files.createSymbolicLink(path, elsewhere);
        assertFails(Reason.NOT_A_FILE, this::open);
        Files.createDirectory(path);
        assertFails(Reason.NOT_A_FILE, this::open);
        assertTrue(Files.exists(elsewhere));
    }

    @Test
    void shouldRefuseFileOfAnotherUser() throws IOException {
        assumeTrue(UserId.current() == 0, "skipped: only root can give a file away");
        Files.setAttribute(path, "unix:uid", 1);
        BusException e = assertFails(Reason.NOT_TRUSTED, this::open);
        assertTrue(e.getMessage().contains("user 1 and not to 0"), e.getMessage());
    }

    @Test
    void shouldRefuseToCreateWhereNobodyTakesClients() throws IOException {
        BusDirectory other = BusDirectory.at(folder.resolve("root"), "other");
        BusFixture.create(other, 0);
        assertFails(Reason.NOT_FOUND, () -> ClientFile.create(other, client));
        Files.createSymbolicLink(other.clients(), directory.clients());
        assertFails(Reason.NOT_A_FILE, () -> ClientFile.create(other, client));
        assertFails(Reason.NOT_A_FILE, () -> BusFiles.prepareClients(other));
    }

    @Test
    void shouldRefuseNamesAndSizesThatNoClientHas() {
        for (String name : List.of("a b", "-a", ".a", "ä", "a\n", "x".repeat(65))) {
            assertThrows(IllegalArgumentException.class, () -> ClientFixture.identity(name));
        }
        for (int slots : new int[] {1, 3, 1 << 17, -2}) {
            assertThrows(IllegalArgumentException.class,
                    () -> new ClientIdentity(client.uuid(), 1, 1, 1, "", slots));
        }
    }

    /** Puts something into the header, and sees it refused; then there is another. */
    private void assertRefused(int offset, long value, Reason reason, String text) {
        put(path, offset, value);
        BusException e = assertFails(reason, this::open);
        assertTrue(e.getMessage().contains(text), e.getMessage());
        assertTrue(e.getMessage().startsWith(path + ": "), e.getMessage());
        create();
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(directory.clients())) {
            return files.sorted().toList();
        }
    }
}
