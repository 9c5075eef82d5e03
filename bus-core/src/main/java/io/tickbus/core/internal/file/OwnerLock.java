// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.Uninterrupted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * The right to write a bus or a journal: an exclusive record lock on the first byte of its {@code lock} file, which the
 * kernel releases when its process ends in any way. A bus's file names the owner, for messages only.
 *
 * <p>POSIX record locks belong to a process and vanish when it closes <i>any</i> descriptor of the file. So a process
 * that holds one never opens the file again: {@link #probe} asks this JVM's own list first. (Two class loaders with a
 * copy of this class each, in one JVM and on one bus, would defeat that.)
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> system calls; {@link #acquire} tries for up to 0.1 s, and up
 * to 2 s if only a reader blocks it.
 */
public final class OwnerLock implements AutoCloseable {
    /**
     * By the file's key. Keeps the channels reachable: otherwise the garbage collector would close the channel of an
     * owner that was dropped, and release the kernel's lock, while a publisher's heartbeat continues.
     */
    private static final Map<Object, FileChannel> OWNED_BY_THIS_JVM = new HashMap<>();
    private static final long TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** For a reader that is suspended while it probes. */
    private static final long READER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int OWNER_TEXT_LENGTH = 80;

    /** What a reader can learn of the lock. */
    public enum Probe {
        /** A living process, perhaps a stopped one, is the owner. */
        HELD,
        /** No process does. */
        FREE,
        /** The lock may not be read by this user. */
        UNKNOWN
    }

    private final Path path;
    private final FileChannel channel;
    private final Object fileKey;

    private OwnerLock(Path path, FileChannel channel, Object fileKey) {
        this.path = path;
        this.channel = channel;
        this.fileKey = fileKey;
    }

    /**
     * Takes a bus's lock.
     *
     * @param owner text about the owner, for messages
     * @throws BusException IN_USE with the owner's text
     */
    public static OwnerLock acquire(BusDirectory directory, String owner) {
        return acquire(directory.lock(), directory.ownerId(), owner, probe -> inUse(directory, probe));
    }

    /**
     * Takes a lock.
     *
     * @param ownerId the user to whom the file may belong besides this process's user
     * @param owner   text about the owner; null to write none
     * @param inUse   the exception to throw if another process has the lock, or if only a reader has it ({@code FREE})
     */
    public static OwnerLock acquire(Path path, int ownerId, String owner, Function<Probe, BusException> inUse) {
        return Uninterrupted.call(() -> acquireWhole(path, ownerId, owner, inUse));
    }

    private static OwnerLock acquireWhole(
            Path path, int ownerId, String owner, Function<Probe, BusException> inUse) {
        long startNs = System.nanoTime();
        while (true) {
            try {
                OwnerLock lock = tryAcquire(path, ownerId, owner);
                if (lock != null) {
                    return lock;
                }
            } catch (IOException e) {
                throw SecureFiles.failed(path, e);
            }
            Probe probe = probe(path);
            long waitedNs = System.nanoTime() - startNs;
            if (waitedNs >= (probe == Probe.FREE ? READER_TIMEOUT_NS : TIMEOUT_NS)) {
                throw inUse.apply(probe);
            }
            // A probing reader has a shared lock for some microseconds.
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private static synchronized OwnerLock tryAcquire(Path path, int ownerId, String owner) throws IOException {
        boolean isCreated = createIfMissing(path);
        Object key = fileKey(path);
        if (key == null || OWNED_BY_THIS_JVM.containsKey(key)) {
            return null;
        }
        FileChannel channel = SecureFiles.open(path, ownerId, true);
        try {
            // The name must still be the file that was opened: it may have been deleted meanwhile.
            if (tryLock(channel, false) && key.equals(fileKey(path))) {
                writeOwner(channel, path, owner, isCreated);
                OWNED_BY_THIS_JVM.put(key, channel);
                return new OwnerLock(path, channel, key);
            }
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
        channel.close();
        return null;
    }

    private static void writeOwner(FileChannel channel, Path path, String owner, boolean isCreated)
            throws IOException {
        if (owner == null) {
            return;
        }
        byte[] text = (owner + " ".repeat(OWNER_TEXT_LENGTH)).substring(0, OWNER_TEXT_LENGTH)
                .getBytes(StandardCharsets.US_ASCII);
        try {
            channel.write(ByteBuffer.wrap(text), 0);
        } catch (IOException e) {
            if (isCreated) {
                // A full file system: nothing is left behind, while the lock still excludes others.
                SecureFiles.deleteIfPossible(path);
            }
            throw e;
        }
    }

    private static boolean createIfMissing(Path path) throws IOException {
        try {
            SecureFiles.createPrivate(path);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static BusException inUse(BusDirectory directory, Probe probe) {
        String owner = ownerText(directory.lock());
        if (probe == Probe.FREE) {
            return new BusException(Reason.IN_USE, "bus '" + directory.name() + "'",
                    "a reader holds a lock on " + directory.lock() + " although nobody publishes",
                    "find it with 'lsof' and stop it");
        }
        return new BusException(Reason.IN_USE, "bus '" + directory.name() + "'",
                "it has a publisher (" + owner + ")", "stop that process first");
    }

    private static synchronized String ownerText(Path path) {
        try {
            if (OWNED_BY_THIS_JVM.containsKey(fileKey(path))) {
                return "pid=" + ProcessHandle.current().pid() + ", this very process";
            }
            return Files.readString(path, StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            return "unknown: " + BusException.why(e);
        }
    }

    /** Whether there is an owner: tries a shared lock and releases it at once. */
    public static synchronized Probe probe(Path path) {
        try {
            return Uninterrupted.call(() -> tryProbe(path));
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    private static Probe tryProbe(Path path) throws IOException {
        try {
            Object key = fileKey(path);
            if (key == null) {
                return Probe.FREE;
            }
            if (OWNED_BY_THIS_JVM.containsKey(key)) {
                return Probe.HELD;
            }
            try (FileChannel channel =
                    FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
                return tryLock(channel, true) ? Probe.FREE : Probe.HELD;
            }
        } catch (NoSuchFileException e) {
            return Probe.FREE;
        } catch (AccessDeniedException e) {
            return Probe.UNKNOWN;
        }
    }

    private static boolean tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            FileLock lock = channel.tryLock(0, 1, shared);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static Object fileKey(Path path) throws IOException {
        try {
            return Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Whether the name still refers to the locked file: otherwise another process could take the lock. One system
     * call.
     */
    boolean isInPlace() {
        try {
            return fileKey.equals(fileKey(path));
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    /** Releases the lock. Idempotent, as there may be another owner then. */
    @Override
    public void close() {
        synchronized (OwnerLock.class) {
            if (!channel.isOpen()) {
                return;
            }
            OWNED_BY_THIS_JVM.remove(fileKey);
            try {
                channel.close();
            } catch (IOException e) {
                throw BusException.system(path, e, "nothing need be done");
            }
        }
    }
}
