// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.layout.ClientLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The memory of one client's command ring. A client of the daemon's own user creates it as a file,
 * {@code clients/<uuid>}, and alone writes it; the daemon opens it once, checks it, maps it read-only and removes its
 * name, so that nothing is left whichever side dies, and no third process finds it. For any other client each side has
 * memory of its own, {@link #inMemory}.
 *
 * <p><b>Threads:</b> immutable. <b>Progress:</b> creating and opening make system calls; the ring is wait-free.
 */
public final class ClientFile {
    private final SharedRegion region;
    private final SlotRing ring;

    /** The daemon's, for a client's file; null otherwise. */
    private final FileChannel storage;

    private ClientFile(SharedRegion region, int slotCount, FileChannel storage) {
        this.region = region;
        this.storage = storage;
        this.ring = new SlotRing(region, ClientLayout.HEADER_LENGTH, slotCount);
    }

    /** A ring in the memory of this process. */
    public static ClientFile inMemory(int slotCount) {
        return new ClientFile(SharedRegion.allocate((int) ClientLayout.fileLength(slotCount)), slotCount, null);
    }

    /**
     * Client: creates its file, with all its storage.
     *
     * @throws BusException NOT_FOUND where there is no directory of clients, NO_SPACE, NOT_TRUSTED; nothing is left
     */
    public static ClientFile create(BusDirectory directory, ClientIdentity client) {
        SecureFiles.checkDirectory(directory.clients(), directory.ownerId());
        SharedRegion region = Uninterrupted.call(() -> AtomicFile.create(path(directory, client.uuid()),
                ClientLayout.fileLength(client.slotCount()), null, made -> {
                    FileHeader.CLIENT.write(made, client.slotCount());
                    made.putLong(ClientLayout.UUID, client.uuid().getMostSignificantBits());
                    made.putLong(ClientLayout.UUID + Long.BYTES, client.uuid().getLeastSignificantBits());
                    made.putLong(ClientLayout.HISTORY_ID, client.historyId());
                    made.putLong(ClientLayout.EPOCH, client.epoch());
                    FileHeader.CLIENT.commit(made);
                }));
        return new ClientFile(region, client.slotCount(), null);
    }

    /**
     * Daemon: opens the file that a client has named, after every check, and removes its name.
     *
     * @throws BusException which says what differs: NOT_FOUND, NOT_A_FILE, NOT_TRUSTED, WRONG_*, CORRUPT
     */
    public static ClientFile open(BusDirectory directory, ClientIdentity client) {
        Path path = path(directory, client.uuid());
        FileChannel channel = null;
        ClientFile opened = null;
        try {
            channel = SecureFiles.open(path, directory.ownerId(), true);
            ByteBuffer header = FileHeader.CLIENT.read(path, channel);
            int slotCount = FileHeader.CLIENT.slotCount(path, header);
            long expected = ClientLayout.fileLength(slotCount);
            FileHeader.CLIENT.length(path, header, channel.size(), expected);
            UUID uuid = new UUID(header.getLong(ClientLayout.UUID), header.getLong(ClientLayout.UUID + Long.BYTES));
            if (!uuid.equals(client.uuid()) || slotCount != client.slotCount()
                    || header.getLong(ClientLayout.HISTORY_ID) != client.historyId()
                    || header.getLong(ClientLayout.EPOCH) != client.epoch()) {
                throw FileHeader.CLIENT.refuse(Reason.CORRUPT, path, "it contradicts its client: uuid="
                        + uuid + " slotCount=" + slotCount + ", and " + client.slotCount() + " slots were announced");
            }
            opened = new ClientFile(SharedRegion.map(channel, expected, false), slotCount, channel);
            return opened;
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        } finally {
            if (opened == null && channel != null) {
                close(channel);
            }
            delete(directory, client.uuid());
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The kernel closes it anyway.
            return;
        }
    }

    /**
     * Daemon, after its last access to the memory: closes the file. Its mapping lasts until the garbage collector
     * frees it, and would otherwise keep the storage of every former client.
     *
     * @param isStorageFreed whether to free the storage at once: where the client has gone, and stores no more
     */
    public void release(boolean isStorageFreed) {
        if (storage == null) {
            return;
        }
        try {
            // A late fault must not surface inside the channel: this collects it first.
            if (FaultBoundary.isSound(region) && isStorageFreed) {
                storage.truncate(0);
            }
        } catch (IOException e) {
            // It is freed later, with the mapping.
            return;
        } finally {
            close(storage);
        }
    }

    /** Deletes a connection's file if it exists. */
    public static void delete(BusDirectory directory, UUID uuid) {
        SecureFiles.deleteIfPossible(path(directory, uuid));
    }

    /**
     * Daemon: the files, finished or not, of clients that are connecting or died while they were. Files of other names
     * are not among them.
     */
    public static List<Path> unclaimed(BusDirectory directory) {
        return Files.isDirectory(directory.clients(), LinkOption.NOFOLLOW_LINKS)
                ? SecureFiles.entries(directory.clients(), ClientFile::isOfClient) : List.of();
    }

    /** Daemon: deletes what {@link #unclaimed} found, once no client is connecting that may have created it. */
    public static void delete(List<Path> unclaimed) {
        unclaimed.forEach(SecureFiles::deleteIfPossible);
    }

    private static boolean isOfClient(Path path) {
        if (AtomicFile.isTemporary(path)) {
            return true;
        }
        String name = path.getFileName().toString();
        try {
            return UUID.fromString(name).toString().equals(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Path path(BusDirectory directory, UUID uuid) {
        return directory.clients().resolve(uuid.toString());
    }

    /** The memory; read-only for the daemon where it is a client's. */
    public SharedRegion region() {
        return region;
    }

    /** The commands. */
    public SlotRing ring() {
        return ring;
    }

    /** Clears all commands, before another client uses the memory. */
    public void clear() {
        for (int offset = 0; offset < region.length(); offset += Long.BYTES) {
            region.putLong(offset, 0);
        }
    }
}
