package io.tickbus.core.bus;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.layout.DoorbellLayout;
import io.tickbus.core.memory.SharedRegion;
import io.tickbus.core.platform.FutexWord;
import io.tickbus.core.platform.Platforms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The one file that everybody may write: who sleeps says so here, so that the publisher makes a system call only when
 * somebody does. Nothing in it is trusted.
 *
 * <p>Each subscriber sets the parked flag before it sleeps, and the publisher clears it as it wakes them all. It is not
 * a count, so a subscriber that is killed in its sleep leaves nothing behind but one needless wake-up.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> wait-free.
 */
public final class Doorbell {
    private final SharedRegion region;
    /** The publisher's way to mend the file; null for everybody else. */
    private FileChannel channel;
    private final Path path;
    private boolean isClosed;

    private Doorbell(SharedRegion region, FileChannel channel, Path path) {
        this.region = region;
        this.channel = channel;
        this.path = path;
    }

    /** A doorbell without a file, of this process only, for stress tests: it has no length to restore. */
    public static Doorbell over(SharedRegion region) {
        return new Doorbell(region, null, null);
    }

    /** Publisher, holding the lock: opens the bus's doorbell, or makes it where it is missing or too short. */
    static Doorbell openOrCreate(BusDirectory directory) {
        Path path = directory.doorbell();
        try {
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                create(path);
            }
            FileChannel channel = TrustedFiles.open(path, directory.ownerId(), true);
            try {
                // Before it is mapped: mapping would lengthen it too, but without storage.
                restoreLength(channel);
                return new Doorbell(SharedRegion.map(channel, DoorbellLayout.LENGTH, true), channel, path);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw TrustedFiles.failed(path, e);
        }
    }

    private static void create(Path path) throws IOException {
        Path temporary = TrustedFiles.temporaryFor(path);
        try {
            TrustedFiles.createPrivate(temporary);
            Platforms.current().allocate(temporary, DoorbellLayout.LENGTH);
            Files.move(temporary, path);
        } catch (IOException e) {
            TrustedFiles.deleteIfPossible(temporary);
            throw e;
        }
    }

    /**
     * Subscriber: opens the doorbell of a bus.
     *
     * @throws BusException NOT_TRUSTED where this user may not write it, NOT_FOUND, NOT_A_FILE, TRUNCATED
     */
    public static Doorbell attach(BusDirectory directory) {
        Path path = directory.doorbell();
        try (FileChannel channel = TrustedFiles.open(path, directory.ownerId(), true)) {
            long size = channel.size();
            if (size < DoorbellLayout.LENGTH) {
                throw new BusException(Reason.TRUNCATED, path.toString(), "it has " + size + " bytes and not "
                        + DoorbellLayout.LENGTH, "its publisher repairs it within a heartbeat; try again");
            }
            return new Doorbell(SharedRegion.map(channel, DoorbellLayout.LENGTH, true), null, path);
        } catch (IOException e) {
            throw TrustedFiles.failed(path, e);
        }
    }

    /**
     * Whether members of a group may write it, who are not trusted. Looks at the file; to be asked once.
     *
     * @throws BusException NOT_FOUND where it was deleted
     */
    public boolean isShared() {
        return path != null && TrustedFiles.isSharedWithGroup(path);
    }

    /** The memory, for a futex on the daemon's word. */
    public SharedRegion region() {
        return region;
    }

    /** Client: a futex on one of the words, for {@link #ring}. */
    public FutexWord futexWord(int wordOffset) {
        return Platforms.current().futexWord(region, wordOffset);
    }

    /**
     * Client: ends the daemon's or its conductor's current or next sleep; one system call.
     *
     * @param wordOffset {@code DoorbellLayout.DAEMON_WORD} or {@code CONDUCTOR_WORD}
     * @param futex      of the same word
     */
    public void ring(int wordOffset, FutexWord futex) {
        raise(wordOffset);
        futex.wakeAll();
    }

    /**
     * Gives a word another value, so that nobody falls asleep on the one before; the first half of {@link #ring}. It
     * is no atomic addition: other than loads and stores, HotSpot's interpreter does not survive one on a file that
     * was shortened. Several may ring at once, so each adds an odd number drawn by lot: were it one for all, two could
     * store the same value, and who has seen the first ring only would sleep through the second.
     */
    public void raise(int wordOffset) {
        int value = region.getIntOpaque(wordOffset) + (ThreadLocalRandom.current().nextInt() | 1);
        // SYNC daemon-doorbell: pairs with Doorbell.word; without release the raised word could be seen before what
        // it was raised for, and the sleeper would look, find nothing, and sleep on it. Without the full fence a ringer
        // that sleeps next could read its own value while it is still to wipe out another's.
        region.putIntRelease(wordOffset, value);
        SharedRegion.fullFence();
    }

    /** Daemon: the word to sleep on, read before the last look at what there is to do. */
    public int word(int wordOffset) {
        // SYNC daemon-doorbell: pairs with Doorbell.raise; without acquire the look could be done before the word is
        // read, and a ring in between would not end the sleep.
        return region.getIntAcquire(wordOffset);
    }

    /**
     * Subscriber: says that it is about to sleep. After this it must look at the slot once more.
     */
    public void announceParked() {
        region.putIntOpaque(DoorbellLayout.SUBSCRIBERS_PARKED, 1);
        // SYNC parking: pairs with Doorbell.takeParked; without the full fence the second look at the slot could be
        // done before the flag is seen: the publisher sees nobody, the subscriber sees no signal, and it sleeps.
        SharedRegion.fullFence();
    }

    /**
     * Publisher, after it committed a signal: whether somebody may be asleep. Clears the flag if so, and then the wake
     * word must be raised and everybody woken.
     */
    public boolean takeParked() {
        // SYNC parking: pairs with Doorbell.announceParked; without the full fence the flag could be read before the
        // committed slot is seen.
        SharedRegion.fullFence();
        if (region.getInt(DoorbellLayout.SUBSCRIBERS_PARKED) == 0) {
            return false;
        }
        region.putIntOpaque(DoorbellLayout.SUBSCRIBERS_PARKED, 0);
        return true;
    }

    /**
     * Publisher: gives the file its length again if one who may write it has shortened it. One system call and no
     * allocation while it is whole.
     *
     * @return whether it is whole now; if not, for want of room, the parked nap, and the next heartbeat tries again
     */
    public boolean restoreLength() {
        if (channel == null) {
            return true;
        }
        // An interrupted thread would close the channel by using it.
        boolean isInterrupted = Thread.interrupted();
        try {
            if (!channel.isOpen() && !isClosed) {
                channel = FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            }
            return restoreLength(channel);
        } catch (IOException e) {
            return false;
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean restoreLength(FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < DoorbellLayout.LENGTH) {
            size += channel.write(ByteBuffer.allocate((int) (DoorbellLayout.LENGTH - size)), size);
        }
        return size >= DoorbellLayout.LENGTH;
    }

    /** Publisher: lets go of the file; the memory stays mapped as long as this object is reachable. */
    void close() {
        isClosed = true;
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new BusException(Reason.SYSTEM, "the doorbell", e.toString(), "nothing need be done");
        }
    }
}
