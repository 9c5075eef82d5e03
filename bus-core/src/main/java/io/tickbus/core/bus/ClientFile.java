package io.tickbus.core.bus;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.layout.ClientLayout;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.memory.SharedRegion;
import io.tickbus.core.memory.SlotRing;
import io.tickbus.core.platform.Platforms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * One client's file, {@code clients/<uuid>}: its identity, its sign of life, its command ring. The client creates it
 * and alone writes it; the daemon opens it read-only, checks everything before it maps anything, and keeps what it has
 * checked ({@link #identity()}), since the client may change every byte at any time.
 *
 * <p>The client lives as long as somebody holds an exclusive POSIX record lock on the first byte, which the kernel
 * releases when its process ends, however it ends. Such locks vanish when the process closes <i>any</i> descriptor of
 * the file, so each side opens it once and keeps its one channel. Where daemon and client share a JVM, Java's own table
 * of locks, which belongs to the whole JVM, answers {@link #isAlive()} rightly; the daemon's {@link #close()} then
 * drops the kernel's lock, which nobody asks any more: another daemon does not serve files of this one's epoch.
 *
 * <p><b>Threads:</b> immutable but for its words, of which each says who writes it. <b>Progress:</b> creating, opening,
 * {@link #isAlive()}, {@link #length()} and {@link #standing()} make system calls; the rest is wait-free.
 */
public final class ClientFile implements AutoCloseable {
    private final NamedFile file;
    private final FileChannel channel;
    private final SharedRegion region;
    private final ClientIdentity identity;
    private final int userId;
    private final SlotRing ring;

    private ClientFile(NamedFile file, FileChannel channel, SharedRegion region, ClientIdentity identity, int userId) {
        this.file = file;
        this.channel = channel;
        this.region = region;
        this.identity = identity;
        this.userId = userId;
        this.ring = new SlotRing(region, ClientLayout.HEADER_LENGTH, identity.slotCount());
    }

    /** A client's file without a file, of this process only, for stress tests: only its words and its ring work. */
    public static ClientFile over(SharedRegion region, ClientIdentity identity) {
        return new ClientFile(null, null, region, identity, 0);
    }

    /**
     * Client: creates its file, all pages allocated, locked before it gets its name. Where the daemon lets a group in,
     * the file is given to that group to read.
     *
     * @throws BusException NOT_FOUND where there is no directory of clients, NO_SPACE, NOT_TRUSTED; nothing is left
     */
    public static ClientFile create(BusDirectory directory, ClientIdentity identity) {
        TrustedFiles.checkDirectory(directory.clients(), directory.ownerId());
        Path path = path(directory, identity.uuid());
        Path temporary = TrustedFiles.temporaryFor(path);
        // An interrupted thread would close the channel by using it.
        boolean isInterrupted = Thread.interrupted();
        try {
            TrustedFiles.createPrivate(temporary);
            // Before the one channel that holds the lock: this opens and closes one of its own.
            Platforms.current().allocate(temporary, ClientLayout.fileLength(identity.slotCount()));
            TrustedFiles.shareAsDirectory(temporary);
            return create(path, temporary, identity);
        } catch (IOException e) {
            TrustedFiles.deleteIfPossible(temporary);
            throw TrustedFiles.failed(path, e);
        } catch (BusException e) {
            TrustedFiles.deleteIfPossible(temporary);
            throw e;
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static ClientFile create(Path path, Path temporary, ClientIdentity identity) throws IOException {
        NamedFile file = NamedFile.of(temporary).renamed(path);
        FileChannel channel = FileChannel.open(temporary, StandardOpenOption.READ, StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        try {
            SharedRegion region = SharedRegion.map(channel, ClientLayout.fileLength(identity.slotCount()), true);
            FileKind.CLIENT.writeTo(region, identity.slotCount());
            identity.writeTo(region);
            ClientFile created = new ClientFile(file, channel, region, identity, UserId.current());
            created.putHeartbeatNs(System.nanoTime());
            created.putState(SignalsLayout.STATE_OPEN);
            FileKind.CLIENT.finish(region);
            if (channel.tryLock(0, 1, false) == null) {
                throw new IOException("somebody else has locked " + temporary);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            return created;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Daemon: opens a client's file after every check, its name, its owner and its length included. Whether it belongs
     * to this daemon's epoch is for the caller to compare. Files of other users are opened only where the directory of
     * clients is shared with a group.
     *
     * @throws BusException which says what differs: NOT_FOUND, NOT_A_FILE, NOT_TRUSTED, WRONG_*, CORRUPT
     */
    public static ClientFile open(BusDirectory directory, UUID uuid) {
        Path path = path(directory, uuid);
        boolean isInterrupted = Thread.interrupted();
        try {
            NamedFile file = NamedFile.of(path);
            int userId = UserId.ofFile(path);
            int expectedId = TrustedFiles.isSharedWithGroup(directory.clients()) ? userId : directory.ownerId();
            FileChannel channel = TrustedFiles.open(path, expectedId, false);
            try {
                return open(file, channel, userId);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw TrustedFiles.failed(path, e);
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Daemon: whether no process holds the lock of this file, whatever else stands in it; false where that cannot be
     * asked. A client holds the lock before its file gets its name.
     */
    public static boolean isAbandoned(BusDirectory directory, UUID uuid) {
        Path path = path(directory, uuid);
        boolean isInterrupted = Thread.interrupted();
        try (FileChannel channel = TrustedFiles.open(path, UserId.ofFile(path), false)) {
            return channel.tryLock(0, 1, true) != null;
        } catch (IOException | BusException | OverlappingFileLockException e) {
            return false;
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static ClientFile open(NamedFile file, FileChannel channel, int userId) throws IOException {
        ByteBuffer header = FileKind.CLIENT.header(file.path(), channel);
        int slotCount = FileKind.CLIENT.slotCount(file.path(), header);
        long expected = ClientLayout.fileLength(slotCount);
        FileKind.CLIENT.length(file.path(), header, channel.size(), expected);
        ClientIdentity identity = ClientIdentity.read(file.path(), header, slotCount);
        return new ClientFile(file, channel, SharedRegion.map(channel, expected, false), identity, userId);
    }

    /** The connections whose files are there now; none where there is no directory of clients. */
    public static Set<UUID> list(BusDirectory directory) {
        Set<UUID> found = new HashSet<>();
        if (!Files.isDirectory(directory.clients(), LinkOption.NOFOLLOW_LINKS)) {
            return found;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory.clients())) {
            for (Path entry : entries) {
                addIfUuid(found, entry.getFileName().toString());
            }
        } catch (NoSuchFileException e) {
            return found;
        } catch (IOException e) {
            throw TrustedFiles.failed(directory.clients(), e);
        }
        return found;
    }

    private static void addIfUuid(Set<UUID> found, String name) {
        try {
            UUID uuid = UUID.fromString(name);
            if (uuid.toString().equals(name)) {
                found.add(uuid);
            }
        } catch (IllegalArgumentException e) {
            // Something else's file.
            return;
        }
    }

    /** Takes the file of a connection away; does nothing where there is none. */
    public static void delete(BusDirectory directory, UUID uuid) {
        TrustedFiles.deleteIfPossible(path(directory, uuid));
    }

    /** Daemon, at its start: takes away what clients left that died while they connected. */
    public static void deleteUnfinished(BusDirectory directory) {
        if (Files.isDirectory(directory.clients(), LinkOption.NOFOLLOW_LINKS)) {
            TrustedFiles.deleteTemporary(directory.clients());
        }
    }

    static void deleteAll(BusDirectory directory) {
        deleteUnfinished(directory);
        list(directory).forEach(uuid -> delete(directory, uuid));
        TrustedFiles.deleteIfPossible(directory.clients());
    }

    private static Path path(BusDirectory directory, UUID uuid) {
        return directory.clients().resolve(uuid.toString());
    }

    /** What it said of itself when it was created, checked. */
    public ClientIdentity identity() {
        return identity;
    }

    /** Numeric id of the user that the file belonged to when it was opened. */
    public int userId() {
        return userId;
    }

    /** The memory; read-only for the daemon. */
    public SharedRegion region() {
        return region;
    }

    /** The commands. */
    public SlotRing ring() {
        return ring;
    }

    /** The name it was created or opened under. */
    public Path path() {
        return file.path();
    }

    /** What the name means now; one system call. */
    public SignalsFile.Standing standing() {
        return file.standing();
    }

    /** Daemon: whether the client's process still holds its lock; a few system calls, nothing is waited for. */
    public boolean isAlive() {
        return ask(() -> {
            try {
                FileLock lock = channel.tryLock(0, 1, true);
                if (lock == null) {
                    return true;
                }
                lock.release();
                return false;
            } catch (OverlappingFileLockException e) {
                // The client is in this very JVM.
                return true;
            }
        });
    }

    /** The file's length in bytes now; one system call. Another than that of its region means that it was cut. */
    public long length() {
        return ask(channel::size);
    }

    /** Whether it is shorter than it was when it was mapped. */
    public boolean isShortened() {
        return length() < region.length();
    }

    /** Client, after a fault: refuses to go on where it was this file's; touches all of its pages. */
    public void checkSound() {
        TrustedFiles.checkSound(path(), region, "call reconnect()");
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    private <T> T ask(Question<T> question) {
        boolean isInterrupted = Thread.interrupted();
        try {
            return question.ask();
        } catch (IOException e) {
            throw TrustedFiles.failed(path(), e);
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** {@code SignalsLayout.STATE_OPEN} or {@code STATE_CLOSED}, or what a client should not write. */
    public int state() {
        // SYNC client-state: pairs with ClientFile.putState; without acquire the last commands before a close could
        // still be missing when the state is seen, and would be thrown away with the file.
        return region.getIntAcquire(ClientLayout.STATE);
    }

    /** CLOCK_MONOTONIC nanoseconds of the last sign of life. */
    public long heartbeatNs() {
        return region.getLongOpaque(ClientLayout.HEARTBEAT_NS);
    }

    /** The next reply that the client will read, as it says. */
    public long repliesRead() {
        return region.getLongOpaque(ClientLayout.REPLIES_READ);
    }

    /** Client: sets the state. */
    public void putState(int state) {
        // SYNC client-state: pairs with ClientFile.state; without release the daemon could see the close before the
        // last commands, and lose them.
        region.putIntRelease(ClientLayout.STATE, state);
    }

    /** Client: a sign of life at a CLOCK_MONOTONIC time. Says nothing about other words, so it orders none. */
    public void putHeartbeatNs(long nowNs) {
        region.putLongOpaque(ClientLayout.HEARTBEAT_NS, nowNs);
    }

    /** Client: how far it has read its replies; for people, so it orders nothing. */
    public void putRepliesRead(long nextReply) {
        region.putLongOpaque(ClientLayout.REPLIES_READ, nextReply);
    }

    /** Client: takes its file away, if the name still means it. */
    public void delete() {
        if (standing() == SignalsFile.Standing.CURRENT) {
            TrustedFiles.deleteIfPossible(path());
        }
    }

    /** Lets go of the file: the client's lock ends here. The memory stays mapped while this object is reachable. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new BusException(Reason.SYSTEM, path().toString(), e.toString(), "nothing need be done");
        }
    }
}
