// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static io.tickbus.core.internal.file.BusFixture.SMALL;
import static io.tickbus.core.internal.file.BusFixture.assertFails;
import static io.tickbus.core.internal.file.BusFixture.groupOf;
import static io.tickbus.core.internal.file.BusFixture.mode;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException.Reason;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BusSharingTest {
    private static final String GROUP = "daemon";

    @TempDir
    Path folder;

    private BusDirectory directory;

    @BeforeEach
    void nameBus() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
    }

    @Test
    void shouldGiveGroupItsModesWhenCreated() {
        assumeRootAndGroup();
        WritableBus.open(directory, SMALL.withGroup(GROUP)).close();
        assertShared();
    }

    @Test
    void shouldGiveGroupItsModesWhenReopenedAndReplaced() {
        assumeRootAndGroup();
        BusFixture.create(directory, 3);
        assertEquals("rw-------", mode(directory.signals()));
        WritableBus.open(directory, SMALL.withGroup(GROUP)).close();
        assertShared();
        WritableBus.open(directory, SMALL.withSlotCount(32).withGroup(GROUP)).close();
        assertShared();
    }

    @Test
    void shouldLetGroupConnectWhenShared() throws IOException {
        assumeRootAndGroup();
        WritableBus bus = WritableBus.open(directory, SMALL.withGroup(GROUP));
        RepliesFile.create(directory, bus.signals().header(), 2, 4, GROUP);
        BusFiles.prepareClients(directory);
        assertEquals("rw-r-----", mode(directory.replies()));
        assertEquals(GROUP, groupOf(directory.replies()));
        assertEquals("rwx------", mode(directory.clients()), "rings are for clients of the daemon's own user");
        try (ControlSocket socket = ControlSocket.bind(directory, GROUP)) {
            assertEquals("rw-rw----", mode(directory.control()));
            assertEquals(GROUP, groupOf(directory.control()));
            assertTrue(socket.channel().isOpen());
        }
        assertFalse(Files.exists(directory.control()));
        bus.close();
    }

    @Test
    void shouldSaySoWhenGroupIsUnknown() {
        assertFails(Reason.SYSTEM, () -> WritableBus.open(directory, SMALL.withGroup("no-such-group-here")));
        assertEquals(OwnerLock.Probe.FREE, OwnerLock.probe(directory.lock()));
    }

    private void assertShared() {
        assertEquals("rwx--x--x", mode(folder.resolve("root")));
        assertEquals("rwxr-x---", mode(directory.path()));
        assertEquals("rw-r-----", mode(directory.signals()));
        assertEquals("rw-r-----", mode(directory.lock()));
        assertEquals("rw-------", mode(directory.doorbell()));
        for (Path path : List.of(directory.path(), directory.signals(), directory.lock())) {
            assertEquals(GROUP, groupOf(path), path.toString());
        }
    }

    private static void assumeRootAndGroup() {
        assumeTrue(UserId.current() == 0, "skipped: only root can give files to group " + GROUP);
        try {
            FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(GROUP);
        } catch (IOException e) {
            assumeTrue(false, "skipped: there is no group " + GROUP);
        }
    }
}
