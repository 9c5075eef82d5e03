// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import java.util.UUID;

/** What the tests of this package do to clients' files. */
final class ClientFixture {
    static final int SLOT_COUNT = 8;
    static final int LENGTH = 4096 + SLOT_COUNT * 64;

    private ClientFixture() {
    }

    /** A bus without a publisher, its replies and its directory of clients. */
    static RepliesFile create(BusDirectory directory) {
        try (WritableBus bus = WritableBus.open(directory, BusFixture.SMALL)) {
            BusFiles.prepareClients(directory);
            return RepliesFile.create(directory, bus.signals().header(), 3, 4, null);
        }
    }

    static ClientIdentity identity(String name) {
        return new ClientIdentity(UUID.randomUUID(), 11, 12, 4711, name, SLOT_COUNT);
    }
}
