package io.tickbus.core.bus;

import static io.tickbus.core.bus.BusFixture.assertFails;
import static io.tickbus.core.bus.BusFixture.put;
import static io.tickbus.core.bus.BusFixture.resize;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.memory.SlotRing;
import io.tickbus.core.memory.SlotWriter;
import io.tickbus.core.timer.TimerCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both sides of a client's file; and each thing that can be wrong with one is refused by its own reason. */
class ClientFileTest {
    @TempDir
    Path folder;

    private BusDirectory directory;
    private ClientFile client;
    private Path path;

    @BeforeEach
    void connect() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        ClientFixture.create(directory);
        client = ClientFixture.connect(directory, "web-1.A_");
        path = client.path();
    }

    @AfterEach
    void close() {
        client.close();
    }

    private ClientFile open() {
        return ClientFile.open(directory, client.identity().uuid());
    }

    @Test
    void shouldGiveDaemonWhatClientWroteWhenOpened() {
        try (ClientFile opened = open()) {
            assertEquals(client.identity(), opened.identity());
            assertEquals(UserId.current(), opened.userId());
            assertEquals(SignalsLayout.STATE_OPEN, opened.state());
            assertTrue(System.nanoTime() - opened.heartbeatNs() >= 0);
            assertTrue(opened.region().isReadOnly());
            long[] fields = new long[SlotRing.FIELD_COUNT];
            SlotWriter.overwriting(client.ring(), 0).write(new TimerCommand().arm(5, 6, 7).fields());
            assertEquals(SlotRing.COMMITTED, opened.ring().read(0, fields));
            assertArrayEquals(new TimerCommand().arm(5, 6, 7).fields(), fields);
            client.putHeartbeatNs(77);
            client.putRepliesRead(88);
            client.putState(SignalsLayout.STATE_CLOSED);
            assertEquals(77, opened.heartbeatNs());
            assertEquals(88, opened.repliesRead());
            assertEquals(SignalsLayout.STATE_CLOSED, opened.state());
        }
    }

    @Test
    void shouldBePrivateAndWholeWhenCreated() throws IOException {
        assertEquals("rw-------", BusFixture.mode(path));
        assertEquals("rwx------", BusFixture.mode(directory.clients()));
        assertEquals(ClientFixture.LENGTH, Files.size(path));
        assertEquals(client.identity().uuid().toString(), path.getFileName().toString());
        assertEquals(List.of(path), files());
    }

    @Test
    void shouldBeAliveUntilClosedWhenAskedInSameProcess() {
        try (ClientFile opened = open()) {
            for (int i = 0; i < 100; i++) {
                assertTrue(opened.isAlive());
            }
            open().close();
            assertTrue(opened.isAlive());
            client.close();
            assertFalse(opened.isAlive());
            assertFalse(opened.isAlive());
        }
    }

    @Test
    void shouldHoldLockInKernelWhenCreated() throws IOException {
        Path table = Path.of("/proc/locks");
        assumeTrue(Files.isReadable(table), "skipped: there is no /proc/locks");
        String inode = ":" + Files.getAttribute(path, "unix:ino") + " 0 0";
        assertTrue(Files.readAllLines(table).stream().anyMatch(line -> line.endsWith(inode)), "there is no lock");
    }

    @Test
    void shouldNoticeWhenFileIsCutOrLosesItsName() throws IOException {
        try (ClientFile opened = open()) {
            assertEquals(ClientFixture.LENGTH, opened.length());
            assertEquals(SignalsFile.Standing.CURRENT, opened.standing());
            resize(path, 4096);
            assertEquals(4096, opened.length());
            assertTrue(opened.isShortened());
            Files.delete(path);
            assertEquals(SignalsFile.Standing.REMOVED, opened.standing());
            assertTrue(opened.isShortened());
            Files.createFile(path);
            assertEquals(SignalsFile.Standing.REPLACED, opened.standing());
            client.delete();
            assertTrue(Files.exists(path), "another's file was deleted");
        }
    }

    @Test
    void shouldWorkWhenThreadIsInterrupted() {
        Thread.currentThread().interrupt();
        try (ClientFile other = ClientFixture.connect(directory, "");
                ClientFile opened = ClientFile.open(directory, other.identity().uuid())) {
            assertTrue(opened.isAlive());
            assertEquals(ClientFixture.LENGTH, opened.length());
            assertTrue(Thread.currentThread().isInterrupted());
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void shouldListOnlyConnectionsWhenOtherFilesAreThere() throws IOException {
        Files.createFile(directory.clients().resolve("1-1-1-1-1"));
        Files.createFile(directory.clients().resolve(".new-" + UUID.randomUUID() + "-1-x"));
        Files.createFile(directory.clients().resolve(UUID.randomUUID().toString().toUpperCase(Locale.ROOT)));
        UUID own = client.identity().uuid();
        assertEquals(Set.of(own), ClientFile.list(directory));
        ClientFile.delete(directory, own);
        ClientFile.delete(directory, own);
        ClientFile.deleteUnfinished(directory);
        assertEquals(Set.of(), ClientFile.list(directory));
        assertEquals(2, files().size());
    }

    @Test
    void shouldRefuseMissingFile() {
        assertFails(Reason.NOT_FOUND, () -> ClientFile.open(directory, UUID.randomUUID()));
    }

    @Test
    void shouldRefuseEachHeaderFieldThatDiffers() {
        assertRefused(0, 0L, Reason.WRONG_MAGIC, "it is no client file: magic=0x0");
        assertRefused(0, SignalsLayout.MAGIC_VALUE, Reason.WRONG_MAGIC, "expected=0x31494c434b434954");
        assertRefused(0, Long.reverseBytes(0x3149_4C43_4B43_4954L), Reason.WRONG_BYTE_ORDER, "not little-endian");
        assertRefused(8, 2 | (0x0A0B_0C0DL << 32), Reason.WRONG_VERSION, "layoutVersion=2 expected=1");
        assertRefused(8, 1 | (0x0D0C_0B0AL << 32), Reason.WRONG_BYTE_ORDER, "byteOrder=0xd0c0b0a");
        assertRefused(16, 8192 | (64L << 32), Reason.WRONG_RECORD_SIZE, "headerBytes=8192");
        assertRefused(16, 4096 | (32L << 32), Reason.WRONG_RECORD_SIZE, "recordBytes=32");
        for (long slots : new long[] {0, 1, 3, -8, 1 << 17, 1L << 40, Long.MIN_VALUE}) {
            assertRefused(24, slots, Reason.CORRUPT, "slotCount=" + slots + " is no power of two from 2 to 65536");
        }
        assertRefused(24, 16L, Reason.WRONG_LENGTH, "need 5120");
        assertRefused(32, 4607L, Reason.WRONG_LENGTH, "states 4607");
        assertRefused(64, 1L, Reason.CORRUPT, "its name is not its uuid");
        assertRefused(72, 1L, Reason.CORRUPT, "its name is not its uuid");
        assertRefused(192, 0x0A41_4141L, Reason.CORRUPT, "other characters");
        assertRefused(192, 0x2E, Reason.CORRUPT, "other characters");
        assertRefused(192, 0xFFL, Reason.CORRUPT, "not ASCII");
        assertRefused(200, 0x41_00_41L, Reason.CORRUPT, "padded with zeros");
        assertRefused(264, 0L, Reason.CORRUPT, "heartbeatIntervalNs=0");
        assertRefused(264, -1L, Reason.CORRUPT, "heartbeatIntervalNs=-1");
        open().close();
    }

    @Test
    void shouldRefuseOtherLength() {
        for (int length : new int[] {ClientFixture.LENGTH + 1, ClientFixture.LENGTH - 1, 4096, 4095, 8, 0}) {
            resize(path, length);
            BusException e = assertFails(Reason.WRONG_LENGTH, this::open);
            assertTrue(e.getMessage().contains("has " + length + " bytes"), e.getMessage());
        }
    }

    @Test
    void shouldRefuseFileOfAnotherName() throws IOException {
        UUID other = UUID.randomUUID();
        Files.copy(path, directory.clients().resolve(other.toString()));
        BusException e = assertFails(Reason.CORRUPT, () -> ClientFile.open(directory, other));
        assertTrue(e.getMessage().contains("uuid=" + client.identity().uuid()), e.getMessage());
    }

    @Test
    void shouldRefuseLinkAndDirectory() throws IOException {
        UUID link = UUID.randomUUID();
        Files.createSymbolicLink(directory.clients().resolve(link.toString()), path);
        assertFails(Reason.NOT_A_FILE, () -> ClientFile.open(directory, link));
        UUID folderName = UUID.randomUUID();
        Files.createDirectory(directory.clients().resolve(folderName.toString()));
        assertFails(Reason.NOT_A_FILE, () -> ClientFile.open(directory, folderName));
    }

    @Test
    void shouldRefuseFileOfAnotherUser() throws IOException {
        assumeTrue(UserId.current() == 0, "skipped: only root can give a file away");
        Files.setAttribute(path, "unix:uid", 1);
        BusException e = assertFails(Reason.NOT_TRUSTED, this::open);
        assertTrue(e.getMessage().contains("user 1 and not to 0"), e.getMessage());
    }

    @Test
    void shouldRefuseToConnectWhereNobodyTakesClients() throws IOException {
        BusDirectory other = BusDirectory.at(folder.resolve("root"), "other");
        BusFixture.create(other, 0);
        assertFails(Reason.NOT_FOUND, () -> ClientFixture.connect(other, ""));
        Files.createSymbolicLink(other.clients(), directory.clients());
        assertFails(Reason.NOT_A_FILE, () -> ClientFixture.connect(other, ""));
        assertFails(Reason.NOT_A_FILE, () -> other.createClientsIfMissing(null));
    }

    @Test
    void shouldRefuseNamesAndSizesThatNoFileCanHold() {
        for (String name : List.of("a b", "-a", ".a", "ä", "a\n", "x".repeat(65))) {
            assertThrows(IllegalArgumentException.class, () -> ClientFixture.identity(name));
        }
        ClientIdentity good = ClientFixture.identity("x".repeat(64));
        try (ClientFile longName = ClientFile.create(directory, good);
                ClientFile opened = ClientFile.open(directory, good.uuid())) {
            assertEquals(good, opened.identity());
            assertTrue(longName.path().endsWith(good.uuid().toString()));
        }
        for (int slots : new int[] {0, 1, 3, 1 << 17, -2}) {
            assertThrows(IllegalArgumentException.class,
                    () -> new ClientIdentity(good.uuid(), 1, 1, good.process(), "", slots, 1));
        }
    }

    /** Puts something into the header, sees it refused and the file unchanged, and puts back what was there. */
    private void assertRefused(int offset, long value, Reason reason, String text) {
        long before = client.region().getLong(offset);
        put(path, offset, value);
        byte[] bytes = BusFixture.bytes(path);
        BusException e = assertFails(reason, this::open);
        assertTrue(e.getMessage().contains(text), e.getMessage());
        assertTrue(e.getMessage().startsWith(path + ": "), e.getMessage());
        assertArrayEquals(bytes, BusFixture.bytes(path));
        put(path, offset, before);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(directory.clients())) {
            return files.toList();
        }
    }
}
