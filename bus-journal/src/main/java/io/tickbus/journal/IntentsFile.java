// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.file.AtomicFile;
import io.tickbus.core.internal.file.FileHeader;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.file.SecureFiles;
import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The memory of a bus's {@code intents} file, described in {@link IntentsLayout}; {@link WriteAheadRing} interprets it.
 *
 * <p><b>Threads:</b> immutable. <b>Errors:</b> {@link BusException}, as for every file of a bus.
 */
public final class IntentsFile {
    private static final FileHeader KIND = new FileHeader("intents file", IntentsLayout.MAGIC_VALUE,
            IntentsLayout.VERSION, IntentsLayout.HEADER_LENGTH, IntentsLayout.ENTRY_LENGTH,
            IntentsLayout.MAX_SLOT_COUNT,
            "move it away and start the daemon again: what it holds and the journal does not is lost then");

    private final SharedRegion region;
    private final int slotCount;

    private IntentsFile(SharedRegion region, int slotCount) {
        this.region = region;
        this.slotCount = slotCount;
    }

    /** An in-memory variant for tests. */
    public static IntentsFile over(SharedRegion region, int slotCount) {
        return new IntentsFile(region, slotCount);
    }

    /** Creates an empty file, mode 0600, which replaces an earlier one atomically. The caller has locked the bus. */
    public static IntentsFile create(BusDirectory directory, SignalsHeader bus, long journalId, int slotCount) {
        SharedRegion region = AtomicFile.create(directory.intents(), IntentsLayout.fileLength(slotCount), null,
                made -> {
                    KIND.write(made, slotCount);
                    made.putLong(IntentsLayout.HISTORY_ID, bus.historyId());
                    made.putLong(IntentsLayout.EPOCH, bus.epoch());
                    made.putLong(IntentsLayout.JOURNAL_ID, journalId);
                    KIND.commit(made);
                });
        return new IntentsFile(region, slotCount);
    }

    /**
     * Maps the file that the previous daemon left, to continue from it; returns null if there is none. The caller has
     * locked the bus.
     *
     * @throws BusException if the file cannot be used; the message says what differs
     */
    public static IntentsFile attachIfPresent(BusDirectory directory) {
        Path path = directory.intents();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try (FileChannel channel = SecureFiles.open(path, directory.ownerId(), true)) {
            ByteBuffer header = KIND.read(path, channel);
            int slots = KIND.slotCount(path, header);
            KIND.length(path, header, channel.size(), IntentsLayout.fileLength(slots));
            return new IntentsFile(SharedRegion.map(channel, IntentsLayout.fileLength(slots), true), slots);
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    /** The id of the journal to which the entries belong. */
    public long journalId() {
        return region.getLong(IntentsLayout.JOURNAL_ID);
    }

    /** The mapped memory. */
    public SharedRegion region() {
        return region;
    }

    /** The number of slots, a power of two. */
    public int slotCount() {
        return slotCount;
    }
}
