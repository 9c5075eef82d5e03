// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static io.tickbus.core.internal.file.BusFixture.SMALL;
import static io.tickbus.core.internal.file.BusFixture.assertFails;
import static io.tickbus.core.internal.file.BusFixture.publish;
import static io.tickbus.core.internal.file.BusFixture.put;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.platform.HostIdentity;
import io.tickbus.core.internal.platform.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WritableBusTest {
    @TempDir
    Path folder;

    private BusDirectory directory;

    @BeforeEach
    void nameBus() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
    }

    @Test
    void shouldFillHeaderWhenCreated() {
        long beforeNs = System.nanoTime();
        try (WritableBus bus = WritableBus.open(directory, SMALL.withHeartbeatIntervalNs(7_000_000))) {
            SignalsHeader header = SignalsFile.attach(directory).header();
            assertEquals(2, header.layoutVersion());
            assertEquals(8, header.slotCount());
            assertEquals(4096 + 8 * 64, header.fileLength());
            assertTrue(header.hasParking());
            assertEquals(0, header.baseSequence());
            assertEquals(HostIdentity.current(), header.host());
            assertEquals(1, header.epoch());
            assertEquals(ProcessIdentity.current(), header.publisher());
            assertEquals(0, header.epochSequence());
            assertEquals(SignalsLayout.STATE_OPEN, header.state());
            assertEquals(7_000_000, header.heartbeatIntervalNs());
            assertTrue(header.heartbeatNs() >= beforeNs && header.heartbeatNs() <= System.nanoTime());
            assertTrue(header.epochStartedNs() >= beforeNs && header.epochStartedNs() <= System.nanoTime());
            assertEquals(SignalsLayout.NO_DEADLINE, header.nextDeadlineNs());
            assertEquals(-1, header.publisherCpu());
            assertEquals(0, header.nextSequence());
            assertEquals(0, header.wakeWord());
            assertNotEquals(0, header.createdRealtimeNs());
            assertEquals(0, bus.nextSequence());
        }
    }

    @Test
    void shouldRemoveWhatItMadeAndNothingElseWhenItCannotBeOpened() throws IOException {
        Files.createDirectories(directory.path());
        Files.writeString(directory.counters(), "somebody else's");
        Files.createDirectory(directory.doorbell());
        assertFails(Reason.NOT_A_FILE, () -> WritableBus.open(directory, SMALL));
        assertEquals(List.of(directory.counters(), directory.doorbell()),
                SecureFiles.entries(directory.path(), path -> true).stream().sorted().toList());
    }

    @Test
    void shouldLeaveEarlierFilesWhenItIsRolledBack() {
        WritableBus.open(directory, SMALL).close();
        try (WritableBus bus = WritableBus.open(directory, SMALL)) {
            bus.rollBack();
        }
        assertEquals(3, SecureFiles.entries(directory.path(), path -> true).size());
    }

    @Test
    void shouldLeaveNothingWhenItIsRolledBack() {
        try (WritableBus bus = WritableBus.open(directory, SMALL)) {
            bus.rollBack();
        }
        assertEquals(List.of(), SecureFiles.entries(folder, path -> true));
    }

    @Test
    void shouldContinueSequenceAndRaiseEpochWhenReopened() throws IOException {
        BusFixture.create(directory, 11);
        Object key = Files.getAttribute(directory.signals(), "unix:ino");
        for (int epoch = 2; epoch < 6; epoch++) {
            try (WritableBus bus = WritableBus.open(directory, SMALL)) {
                assertEquals(11 + 3L * (epoch - 2), bus.nextSequence());
                assertEquals(epoch, bus.signals().header().epoch());
                assertEquals(bus.nextSequence(), bus.signals().header().epochSequence());
                publish(bus, 3);
            }
        }
        assertEquals(key, Files.getAttribute(directory.signals(), "unix:ino"), "the file was replaced");
    }

    @Test
    void shouldReplaceFileWhenSlotCountChanges() {
        assertReplaced(SMALL.withSlotCount(16));
    }

    @Test
    void shouldReplaceFileWhenParkingChanges() {
        assertReplaced(SMALL.withParking(false));
    }

    private void assertReplaced(SignalsOptions changed) {
        BusFixture.create(directory, 11);
        SignalsFile old = SignalsFile.attach(directory);
        int word = old.header().wakeWord();
        try (WritableBus bus = WritableBus.open(directory, changed)) {
            SignalsHeader header = bus.signals().header();
            assertEquals(changed.slotCount(), header.slotCount());
            assertEquals(changed.hasParking(), header.hasParking());
            assertEquals(11, bus.nextSequence());
            assertEquals(11, header.baseSequence());
            assertEquals(11, header.nextSequence());
            assertEquals(2, header.epoch());
            assertEquals(old.header().historyId(), header.historyId());
            assertEquals(SignalsLayout.STATE_REPLACED, old.header().state());
            assertEquals(11, old.header().nextSequence());
            assertEquals(word + 1, old.header().wakeWord(), "sleepers must be woken");
            assertEquals(FileStatus.REPLACED, old.fileStatus());
            publish(bus, 3);
        }
        try (WritableBus again = WritableBus.open(directory, changed)) {
            assertEquals(14, again.nextSequence());
            assertEquals(11, again.signals().header().baseSequence());
        }
    }

    /** On a disk it may be of any boot; what lies in memory is of this one. */
    @Test
    void shouldBeginNewHistoryWhenBootIsUnknownUnlessInMemory() throws IOException {
        Path shared = Path.of("/dev/shm");
        for (Path root : Files.isDirectory(shared) ? List.of(folder, Files.createTempDirectory(shared, "tickbus-"))
                : List.of(folder)) {
            BusDirectory bus = BusDirectory.at(root.resolve("unknown-boot"), "bus");
            long historyId;
            try (WritableBus first = WritableBus.open(bus, SMALL)) {
                historyId = first.signals().header().historyId();
                first.signals().region().putLong(SignalsLayout.BOOT_ID, 0);
                first.signals().region().putLong(SignalsLayout.BOOT_ID + Long.BYTES, 0);
            }
            try (WritableBus second = WritableBus.open(bus, SMALL)) {
                boolean isInMemory = Files.getFileStore(root).type().equals("tmpfs");
                assertEquals(isInMemory, second.signals().header().historyId() == historyId, root::toString);
            }
            bus.delete();
            if (!root.equals(folder)) {
                Files.deleteIfExists(root.resolve("unknown-boot"));
                Files.delete(root);
            }
        }
    }

    @Test
    void shouldReplaceFileWhenHostWasBooted() {
        BusFixture.create(directory, 5);
        put(directory.signals(), 64, 42L);
        put(directory.signals(), 72, 43L);
        long history = SignalsFile.inspect(directory).header().historyId();
        try (WritableBus bus = WritableBus.open(directory, SMALL)) {
            assertEquals(5, bus.nextSequence());
            assertEquals(5, bus.signals().header().baseSequence());
            // What a power cut has left need not be all that was published: sequences may be given twice.
            assertNotEquals(history, bus.signals().header().historyId());
            assertEquals(HostIdentity.current(), SignalsFile.attach(directory).header().host());
        }
    }

    @Test
    void shouldReplaceFileWhenClockDiffers() {
        BusFixture.create(directory, 5);
        put(directory.signals(), 80, 42L);
        put(directory.signals(), 88, 43L);
        try (WritableBus bus = WritableBus.open(directory, SMALL)) {
            assertEquals(5, bus.nextSequence());
            assertEquals(HostIdentity.current(), SignalsFile.attach(directory).header().host());
        }
    }

    @Test
    void shouldBeginNewHistoryWhenDeletedAndCreated() {
        BusFixture.create(directory, 5);
        long history = SignalsFile.attach(directory).header().historyId();
        SignalsFile old = SignalsFile.attach(directory);
        directory.delete();
        assertEquals(FileStatus.REMOVED, old.fileStatus());
        BusFixture.create(directory, 1);
        assertNotEquals(history, SignalsFile.attach(directory).header().historyId());
    }

    @Test
    void shouldRemoveLeftoversWhenOpened() throws IOException {
        BusFiles.createIfMissing(directory);
        Path leftover = Files.createFile(directory.path().resolve(".new-signals-4711-abc"));
        Path foreign = Files.createFile(directory.path().resolve("new-notes"));
        BusFixture.create(directory, 0);
        assertFalse(Files.exists(leftover));
        assertTrue(Files.exists(foreign));
    }

    @Test
    void shouldLeaveNoTemporaryFilesWhenCreatedAndReplaced() throws IOException {
        BusFixture.create(directory, 0);
        WritableBus.open(directory, SMALL.withSlotCount(64)).close();
        try (var files = Files.list(directory.path())) {
            assertEquals(List.of("doorbell", "lock", "signals"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLeaveNothingWhenGroupIsUnknown(boolean isThere) throws IOException {
        if (isThere) {
            BusFixture.create(directory, 1);
        }
        assertFails(Reason.SYSTEM,
                () -> WritableBus.open(directory, SMALL.withSlotCount(64).withGroup("no-such-group")));
        assertEquals(isThere, Files.exists(directory.path()));
        if (isThere) {
            try (var files = Files.list(directory.path())) {
                assertEquals(List.of("doorbell", "lock", "signals"),
                        files.map(file -> file.getFileName().toString()).sorted().toList());
            }
        }
        BusFixture.create(directory, 1);
    }

    @Test
    void shouldCloseEveryFileWhenOpeningFails() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(descriptors), "skipped: there is no /proc");
        BusFiles.createIfMissing(directory);
        Files.createDirectory(directory.lock().resolveSibling("signals"));
        assertFails(Reason.NOT_A_FILE, () -> WritableBus.open(directory, SMALL));
        for (Path link : SecureFiles.entries(descriptors, each -> Files.isSymbolicLink(each))) {
            assertFalse(target(link).startsWith(directory.path()), () -> link + " is open: " + target(link));
        }
        Files.delete(directory.signals());
        BusFixture.create(directory, 1);
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            // The one that the folder was read through.
            return link;
        }
    }

    @Test
    void shouldRefuseCorruptSlotsWithoutChangingAnything() {
        BusFixture.create(directory, 5);
        // Slot 5 as a publisher leaves it that died in the middle, and slot 7 as nobody leaves it.
        put(directory.signals(), 4096 + 5 * 64, -6L);
        put(directory.signals(), 4096 + 5 * 64 + 24, 99L);
        put(directory.signals(), 4096 + 7 * 64, 77L);
        byte[] before = BusFixture.bytes(directory.signals());
        BusException e = assertFails(Reason.CORRUPT, () -> WritableBus.open(directory, SMALL));
        assertTrue(e.getMessage().contains("slot="), e.getMessage());
        assertTrue(e.getMessage().contains("stamp="), e.getMessage());
        assertArrayEquals(before, BusFixture.bytes(directory.signals()));
        assertEquals(OwnerLock.Probe.FREE, OwnerLock.probe(directory.lock()));
    }

    @Test
    void shouldTakeOverHalfWrittenSlotWhenPublisherDied() {
        WritableBus dead = WritableBus.open(directory, SMALL);
        publish(dead, 10);
        dead.signals().ring().beginWrite(10);
        dead.close();
        try (WritableBus bus = WritableBus.open(directory, SMALL)) {
            assertEquals(10, bus.nextSequence());
            publish(bus, 1);
            assertEquals(SlotRing.COMMITTED, bus.signals().ring().state(10));
        }
    }

    @Test
    void shouldTrustStampsWhenHeaderIsOneBehind() {
        WritableBus dead = WritableBus.open(directory, SMALL);
        publish(dead, 10);
        dead.signals().header().putNextSequence(9);
        dead.close();
        try (WritableBus bus = WritableBus.open(directory, SMALL)) {
            assertEquals(10, bus.nextSequence());
            assertEquals(10, bus.signals().header().nextSequence());
        }
    }

    @Test
    void shouldRefuseSecondPublisherInThisProcess() {
        try (WritableBus bus = WritableBus.open(directory, SMALL)) {
            publish(bus, 1);
            BusException e = assertFails(Reason.IN_USE, () -> WritableBus.open(directory, SMALL));
            assertTrue(e.getMessage().contains("pid=" + ProcessHandle.current().pid()), e.getMessage());
            assertEquals(1, bus.signals().header().epoch());
        }
    }

    @Test
    void shouldRestoreDoorbellWhenShortened() throws IOException {
        BusFixture.create(directory, 1);
        for (int length : new int[] {0, 1, 100, 4095}) {
            BusFixture.resize(directory.doorbell(), length);
            assertTrue(Doorbell.attach(directory).announceParked());
            assertEquals(DoorbellLayout.LENGTH, Files.size(directory.doorbell()));
            BusFixture.resize(directory.doorbell(), length);
            BusFixture.create(directory, 1);
            assertEquals(DoorbellLayout.LENGTH, Files.size(directory.doorbell()));
        }
    }

    @Test
    void shouldAcceptEveryAnnouncementOnce() {
        try (WritableBus bus = WritableBus.open(directory, SMALL)) {
            Doorbell subscriber = Doorbell.attach(directory);
            assertFalse(bus.doorbell().takeParked());
            subscriber.announceParked();
            subscriber.announceParked();
            assertTrue(bus.doorbell().takeParked());
            assertFalse(bus.doorbell().takeParked());
        }
    }

    @Test
    void shouldRefuseOptionsOutsideLimits() {
        for (int slots : new int[] {-8, 0, 1, 3, 1 << 25}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> SMALL.withSlotCount(slots));
            assertTrue(e.getMessage().contains("slotCount=" + slots), e.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> SMALL.withHeartbeatIntervalNs(999_999));
    }
}
