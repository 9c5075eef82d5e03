// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static io.tickbus.core.internal.file.BusFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.layout.FileHeaderLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BusDirectoryTest {
    private static final int DAEMON_USER = 1;

    @TempDir
    Path folder;

    private Path root;
    private BusDirectory directory;

    @BeforeEach
    void nameBus() {
        root = folder.resolve("root");
        directory = BusDirectory.at(root, "bus");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", ".hidden", "-x", "a/b", "/abs", "../up", "a b", "ä", "a\nb", "a\0b", "a:b"})
    void shouldRefuseNameWhenItCouldLeaveItsRoot(String name) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> BusDirectory.at(root, name));
        assertTrue(e.getMessage().endsWith("name=" + name), e.getMessage());
    }

    @Test
    void shouldRefuseNameWhenLongerThan64() {
        assertEquals(64, BusDirectory.at(root, "x".repeat(64)).name().length());
        assertThrows(IllegalArgumentException.class, () -> BusDirectory.at(root, "x".repeat(65)));
    }

    @Test
    void shouldNameFilesWhenPlacedAtRoot() {
        assertEquals(root.resolve("bus"), directory.path());
        assertEquals(root.resolve("bus/signals"), directory.signals());
        assertEquals(root.resolve("bus/doorbell"), directory.doorbell());
        assertEquals(root.resolve("bus/lock"), directory.lock());
        assertEquals("bus", directory.name());
        assertEquals(root.resolve("bus").toString(), directory.toString());
        assertFalse(Files.exists(root), "naming a bus must touch nothing");
    }

    @Test
    void shouldCreatePrivateDirectoriesWhenMissing() {
        BusFiles.createIfMissing(directory);
        assertEquals("rwx------", BusFixture.mode(root));
        assertEquals("rwx------", BusFixture.mode(directory.path()));
        BusFiles.createIfMissing(directory);
        directory.check();
    }

    @Test
    void shouldCreatePrivateFilesWhenBusIsOpened() {
        BusFixture.create(directory, 1);
        for (Path file : List.of(directory.signals(), directory.doorbell(), directory.lock())) {
            assertEquals("rw-------", BusFixture.mode(file), file.toString());
        }
    }

    @Test
    void shouldSayNotFoundWhenBusIsMissing() {
        BusException e = assertFails(Reason.NOT_FOUND, directory::check);
        assertTrue(e.getMessage().contains(directory.path().toString()), e.getMessage());
    }

    @Test
    void shouldRefuseBusWhenDirectoryIsSymbolicLink() throws IOException {
        BusDirectory real = BusDirectory.at(folder.resolve("elsewhere"), "bus");
        BusFixture.create(real, 1);
        Files.createDirectories(root);
        Files.createSymbolicLink(directory.path(), real.path());
        assertFails(Reason.NOT_A_FILE, directory::check);
        assertFails(Reason.NOT_A_FILE, () -> BusFiles.createIfMissing(directory));
        assertFails(Reason.NOT_A_FILE, () -> SignalsFile.attach(directory));
        assertFails(Reason.NOT_A_FILE, () -> WritableBus.open(directory, BusFixture.SMALL));
        assertFails(Reason.NOT_A_FILE, directory::delete);
        assertTrue(Files.exists(real.signals()), "the link's target was touched");
    }

    @Test
    void shouldRefuseBusWhenRootIsSymbolicLink() throws IOException {
        BusDirectory real = BusDirectory.at(folder.resolve("elsewhere"), "bus");
        BusFixture.create(real, 1);
        Files.createSymbolicLink(root, folder.resolve("elsewhere"));
        assertFails(Reason.NOT_A_FILE, directory::check);
        assertFails(Reason.NOT_A_FILE, () -> BusFiles.createIfMissing(directory));
    }

    @Test
    void shouldRefuseBusWhenFileStandsInItsPlace() throws IOException {
        Files.createDirectories(root);
        Files.createFile(directory.path());
        assertFails(Reason.NOT_A_FILE, directory::check);
        assertFails(Reason.NOT_A_FILE, () -> BusFiles.createIfMissing(directory));
    }

    @Test
    void shouldRefuseFileWhenItIsSymbolicLink() throws IOException {
        for (Path file : List.of(directory.signals(), directory.doorbell(), directory.lock())) {
            BusFixture.create(directory, 1);
            Path target = folder.resolve("target");
            Files.move(file, target);
            Files.createSymbolicLink(file, target);
            byte[] before = BusFixture.bytes(target);
            assertFails(Reason.NOT_A_FILE, () -> WritableBus.open(directory, BusFixture.SMALL));
            org.junit.jupiter.api.Assertions.assertArrayEquals(before, BusFixture.bytes(target));
            Files.delete(file);
            Files.delete(target);
        }
    }

    @Test
    void shouldRefuseFileWhenItIsDirectory() throws IOException {
        BusFixture.create(directory, 1);
        Files.delete(directory.signals());
        Files.createDirectory(directory.signals());
        assertFails(Reason.NOT_A_FILE, () -> SignalsFile.attach(directory));
        assertFails(Reason.NOT_A_FILE, () -> WritableBus.open(directory, BusFixture.SMALL));
    }

    @Test
    void shouldRefuseDirectoryWhenEverybodyMayWrite() throws IOException {
        BusFixture.create(directory, 1);
        for (Path path : List.of(root, directory.path())) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            BusException e = assertFails(Reason.NOT_TRUSTED, () -> SignalsFile.attach(directory));
            assertTrue(e.getMessage().contains("chmod"), e.getMessage());
            assertFails(Reason.NOT_TRUSTED, () -> WritableBus.open(directory, BusFixture.SMALL));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        }
        assertEquals(1, SignalsFile.attach(directory).header().nextSequence());
    }

    @Test
    void shouldAcceptRootWhenSticky() throws IOException {
        Files.createDirectories(root);
        Files.setAttribute(root, "unix:mode", 01777);
        BusFiles.createIfMissing(directory);
        directory.check();
    }

    @Test
    void shouldRefuseBusWhenItBelongsToAnother() throws IOException {
        assumeTrue(UserId.current() == 0, "skipped: only root can give a directory away");
        BusFixture.create(directory, 1);
        for (Path path : List.of(root, directory.path(), directory.signals())) {
            Files.setAttribute(path, "unix:uid", DAEMON_USER, LinkOption.NOFOLLOW_LINKS);
            BusException e = assertFails(Reason.NOT_TRUSTED, () -> SignalsFile.attach(directory));
            assertTrue(e.getMessage().contains("user 1 and not to 0"), e.getMessage());
            assertFails(Reason.NOT_TRUSTED, () -> WritableBus.open(directory, BusFixture.SMALL));
            assertEquals(1, SignalsFile.attach(directory.ownedBy(DAEMON_USER)).header().nextSequence());
            Files.setAttribute(path, "unix:uid", 0, LinkOption.NOFOLLOW_LINKS);
        }
    }

    @Test
    void shouldLeaveNothingInRootOfAnother() throws IOException {
        assumeTrue(UserId.current() == 0, "skipped: only root can give a directory away");
        Files.createDirectories(root);
        Files.setAttribute(root, "unix:uid", DAEMON_USER, LinkOption.NOFOLLOW_LINKS);
        assertFails(Reason.NOT_TRUSTED, () -> BusFiles.createIfMissing(directory));
        assertEquals(List.of(), files(root));
    }

    @Test
    void shouldNameTheParentWhenItIsMissing() {
        BusException e = assertFails(Reason.NOT_FOUND,
                () -> BusFiles.createIfMissing(BusDirectory.at(root.resolve("a/b"), "bus")));
        assertTrue(e.getMessage().contains("there is no directory " + root.resolve("a")), e.getMessage());
        assertFalse(e.getMessage().contains("start the publisher"), e.getMessage());
    }

    @Test
    void shouldTakeRuntimeDirectoryOnlyWhenAnotherHasTakenTheName() throws IOException {
        Path runtime = Files.createDirectory(folder.resolve("runtime"));
        Path standard = folder.resolve("tickbus-" + UserId.text(UserId.current()));
        Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", runtime.toString());
        assertEquals(standard, BusRoots.ofThisUser(folder, environment));
        Files.createDirectory(standard);
        assertEquals(standard, BusRoots.ofThisUser(folder, environment));
        assertEquals(folder.resolve("x"), BusRoots.ofThisUser(folder, Map.of("TICKBUS_DIR", folder + "/x")));
        assumeTrue(UserId.current() == 0, "skipped: only root can give a directory away");
        Files.setAttribute(standard, "unix:uid", DAEMON_USER, LinkOption.NOFOLLOW_LINKS);
        assertEquals(runtime.resolve("tickbus"), BusRoots.ofThisUser(folder, environment));
        assertEquals(standard, BusRoots.ofThisUser(folder, Map.of("XDG_RUNTIME_DIR", "run")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"buses", "./buses", "a\0b"})
    void shouldRefuseConfiguredRootThatIsNoAbsolutePath(String text) {
        assertFails(Reason.BAD_SETTINGS, () -> BusRoots.ofThisUser(folder, Map.of("TICKBUS_DIR", text)));
    }

    @Test
    void shouldSpareRootAndClearScratchWhenDeleted() throws IOException {
        BusFixture.create(directory, 1);
        BusDirectory scratch = BusFiles.scratch(directory);
        BusFixture.create(scratch, 1);
        BusFixture.create(directory, 1);
        assertFalse(Files.exists(scratch.path()), "whoever publishes next removes what was left");
        BusFixture.create(scratch, 1);
        directory.delete();
        assertEquals(List.of(), files(root));
        BusFiles.deleteRootIfEmpty(directory);
        assertFalse(BusFiles.hasRoot(directory));
    }

    @Test
    void shouldLeaveNothingWhenDeleted() throws IOException {
        BusFixture.create(directory, 1);
        Files.createFile(directory.path().resolve(".new-signals-1-x"));
        directory.delete();
        assertFalse(Files.exists(directory.path()));
        directory.delete();
    }

    @Test
    void shouldLeaveNothingOfClientsAndDaemonWhenDeleted() throws IOException {
        ClientFixture.create(directory);
        ClientIdentity client = ClientFixture.identity("name");
        assertEquals(8, ClientFile.create(directory, client).ring().slotCount());
        Files.createFile(directory.clients().resolve(".new-" + client.uuid() + "-1-x"));
        ControlSocket.bind(directory, null).channel().close();
        assertTrue(Files.exists(directory.control()));
        Files.createFile(directory.counters());
        assertTrue(Files.exists(directory.replies()));
        directory.delete();
        assertFalse(Files.exists(directory.path()));
    }

    @Test
    void shouldSpareForeignFilesAmongClientsWhenDeleted() throws IOException {
        ClientFixture.create(directory);
        Path foreign = Files.createFile(directory.clients().resolve("1-1-1-1-1"));
        directory.delete();
        assertEquals(List.of(directory.clients()), files(directory.path()));
        assertEquals(List.of(foreign), files(directory.clients()));
    }

    @Test
    void shouldNotFollowLinkInPlaceOfClientsWhenDeleted() throws IOException {
        BusFixture.create(directory, 1);
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path precious = Files.createFile(elsewhere.resolve(java.util.UUID.randomUUID().toString()));
        Files.createSymbolicLink(directory.clients(), elsewhere);
        directory.delete();
        assertTrue(Files.exists(precious));
        assertFalse(Files.exists(directory.path()));
    }

    @Test
    void shouldSpareForeignFilesWhenDeleted() throws IOException {
        BusFixture.create(directory, 1);
        Path foreign = Files.createFile(directory.path().resolve("notes.txt"));
        directory.delete();
        assertEquals(List.of(foreign), files(directory.path()));
        Files.delete(foreign);
        BusFixture.create(directory, 1);
        BusFixture.create(BusDirectory.at(root, "other"), 1);
        directory.delete();
        assertEquals(List.of("other"), BusDirectory.list(root));
    }

    @Test
    void shouldTouchNothingWhenDirectoryHoldsNoBus() throws IOException {
        Files.createDirectories(directory.path().resolve(".new-signals-1-x"));
        List<String> names = List.of("signals", "intents", "control", "replies", "lock", "doorbell", ".new-notes");
        for (String name : names) {
            Files.writeString(directory.path().resolve(name), "mine");
        }
        List<Path> before = files(directory.path());
        BusException e = assertFails(Reason.NOT_FOUND, directory::delete);
        assertTrue(e.getMessage().contains("there is no bus in " + directory.path()), e.getMessage());
        assertEquals(before, files(directory.path()));
        assertEquals("mine", Files.readString(directory.lock()));
    }

    @Test
    void shouldDeleteBusOfAnotherVersionAndOneWithoutSignals() throws IOException {
        BusFixture.create(directory, 1);
        BusFixture.put(directory.signals(), FileHeaderLayout.LAYOUT_VERSION, 99);
        Files.delete(directory.doorbell());
        directory.delete();
        assertFalse(Files.exists(directory.path()));
        BusFixture.create(directory, 1);
        Files.delete(directory.signals());
        directory.delete();
        assertFalse(Files.exists(directory.path()));
    }

    /** As far as a daemon may have come that was stopped while it warmed up. */
    @Test
    void shouldDeleteDirectoryWhenNothingIsInIt() throws IOException {
        BusFiles.createIfMissing(directory);
        directory.delete();
        BusFiles.createIfMissing(directory);
        Files.createDirectory(BusFiles.scratch(directory).root());
        directory.delete();
        assertFalse(Files.exists(directory.path()));
    }

    @Test
    void shouldSpareHiddenFilesOfOthersWhenPublishedAndDeleted() throws IOException {
        BusFiles.createIfMissing(directory);
        Path foreign = Files.createDirectory(directory.path().resolve(".new-photos-2026-summer"));
        Files.createFile(foreign.resolve("one"));
        BusFixture.create(directory, 1);
        directory.delete();
        assertTrue(Files.exists(foreign.resolve("one")));
    }

    @Test
    @Timeout(60)
    void shouldDeleteWhenThreadIsInterrupted() {
        BusFixture.create(directory, 1);
        Thread.currentThread().interrupt();
        try {
            directory.delete();
        } finally {
            assertTrue(Thread.interrupted(), "the interrupt must be kept");
        }
        assertFalse(Files.exists(directory.path()));
    }

    @Test
    void shouldRefuseDeletionWhenPublished() {
        try (WritableBus bus = WritableBus.open(directory, BusFixture.SMALL)) {
            BusException e = assertFails(Reason.IN_USE, directory::delete);
            assertTrue(e.getMessage().contains("pid=" + ProcessHandle.current().pid()), e.getMessage());
            assertEquals(FileStatus.CURRENT, bus.signals().fileStatus());
        }
        directory.delete();
        assertFalse(Files.exists(directory.path()));
    }

    /** A mount point cannot be removed even when it is empty, and then need not be. */
    @Test
    void shouldDeleteBusWhenRootCannotBeRemoved() {
        Path mount = Path.of("/dev/shm");
        assumeTrue(Files.isDirectory(mount) && Files.isWritable(mount), "skipped: there is no /dev/shm");
        BusDirectory onMount = BusDirectory.at(mount, "tickbus-test-" + UUID.randomUUID());
        BusFixture.create(onMount, 1);
        onMount.delete();
        assertFalse(Files.exists(onMount.path()));
        assertTrue(Files.exists(mount));
    }

    @Test
    void shouldListBusesSorted() throws IOException {
        assertEquals(List.of(), BusDirectory.list(root));
        BusFixture.create(BusDirectory.at(root, "b"), 0);
        BusFixture.create(BusDirectory.at(root, "a"), 0);
        Files.createFile(root.resolve("file"));
        assertEquals(List.of("a", "b"), BusDirectory.list(root));
    }

    private static List<Path> files(Path path) throws IOException {
        try (var files = Files.list(path)) {
            return files.toList();
        }
    }
}
