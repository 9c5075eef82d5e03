// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The one file that several processes write, all of one user: a sleeper announces itself here, so that the publisher
 * makes a system call only when one sleeps. Nothing in it is trusted. Other users neither read nor write it: see
 * {@code SignalsLayout.OPTION_UNASKED}.
 *
 * <p>Each subscriber sets the parked flag before it sleeps, and the publisher clears it as it wakes them all. It is not
 * a count, so a subscriber that is killed in its sleep leaves nothing behind but one needless wake-up.
 *
 * <p>A process of the same user may still shorten the file, or punch a hole into it. From the first fault on the
 * doorbell is <i>lost</i>: nothing touches it, rings have no effect, and the publisher wakes all subscribers with each
 * signal. {@link #restore}, at each heartbeat, stores a byte by pwrite, which restores length and page or fails without
 * a fault. So a lasting cause costs one fault per heartbeat.
 *
 * <p><b>Threads:</b> any; {@link #restore} and {@link #close} one. <b>Progress:</b> wait-free, except those two.
 */
public final class Doorbell {
    private final SharedRegion region;
    /** The publisher's; null for all others. */
    private FileChannel channel;
    private final Path path;
    private final ByteBuffer lastByte;
    private final Uninterrupted.Task<Void, IOException> storing = this::storeLastByte;
    private volatile boolean isLost;
    private boolean isClosed;

    private Doorbell(SharedRegion region, FileChannel channel, Path path) {
        this.region = region;
        this.channel = channel;
        this.path = path;
        this.lastByte = path == null ? null : ByteBuffer.allocateDirect(1);
    }

    /** A doorbell in the memory of this process. */
    public static Doorbell over(SharedRegion region) {
        return new Doorbell(region, null, null);
    }

    /** Publisher, holding the lock: opens the doorbell, or creates it if there is none or a group can write it. */
    static Doorbell openOrCreate(BusDirectory directory) {
        Path path = directory.doorbell();
        try {
            return Uninterrupted.call(() -> {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && SecureFiles.isSharedWithGroup(path)) {
                    Files.delete(path);
                }
                if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                    AtomicFile.create(path, DoorbellLayout.LENGTH, null, made -> { });
                }
                FileChannel channel = SecureFiles.open(path, directory.ownerId(), true);
                try {
                    return new Doorbell(map(channel), channel, path);
                } catch (IOException | RuntimeException | Error e) {
                    channel.close();
                    throw e;
                }
            });
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    /** Allocates its page first: mapping would lengthen it too, but without storage. */
    private static SharedRegion map(FileChannel channel) throws IOException {
        storeLastByte(channel, ByteBuffer.allocate(1));
        return SharedRegion.map(channel, DoorbellLayout.LENGTH, true);
    }

    /** Restores length and page, or fails; touches a reserved byte only. */
    private static void storeLastByte(FileChannel channel, ByteBuffer zero) throws IOException {
        zero.clear();
        channel.write(zero, DoorbellLayout.LENGTH - 1);
    }

    /**
     * Subscriber or client of the publisher's own user: opens the doorbell of a bus.
     *
     * @throws BusException NOT_TRUSTED where this user may not write it, NOT_FOUND, NOT_A_FILE, NO_SPACE
     */
    public static Doorbell attach(BusDirectory directory) {
        Path path = directory.doorbell();
        try {
            return Uninterrupted.call(() -> {
                try (FileChannel channel = SecureFiles.open(path, directory.ownerId(), true)) {
                    return new Doorbell(map(channel), null, path);
                }
            });
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
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
     * Ends the daemon's current or next sleep; one system call. Without effect where it is lost.
     *
     * @param wordOffset {@code DoorbellLayout.DAEMON_WORD}
     * @param futex      of the same word
     */
    public void ring(int wordOffset, FutexWord futex) {
        if (!isLost) {
            FaultBoundary.surface();
            try {
                raise(wordOffset);
                futex.wakeAll();
                FaultBoundary.surface();
            } catch (InternalError e) {
                recover(e);
            }
        }
    }

    /**
     * Changes a word, so that nobody falls asleep on its former value; the first half of {@link #ring}. This is not an
     * atomic addition: unlike loads and stores, one on a shortened file crashes HotSpot's interpreter. Several may ring
     * at once, so each adds a random odd number; with a fixed increment two could store the same value, and a waiter
     * that saw only the first ring would miss the second.
     */
    public void raise(int wordOffset) {
        int value = region.getIntOpaque(wordOffset) + (ThreadLocalRandom.current().nextInt() | 1);
        // SYNC daemon-doorbell: pairs with Doorbell.word; without release the raised word could be seen before what
        // it was raised for, and the sleeper would check, find nothing, and sleep on it. Without the full fence a
        // ringer that sleeps next could read its own value, which is yet to overwrite another's.
        region.putIntRelease(wordOffset, value);
        SharedRegion.fullFence();
    }

    /**
     * Daemon: the word to sleep on, read before the last check for work.
     *
     * @param seen its former value, which is returned where the doorbell is lost
     */
    public int word(int wordOffset, int seen) {
        // SYNC daemon-doorbell: pairs with Doorbell.raise; without acquire the check could be done before the word is
        // read, and a ring in between would not end the sleep.
        return isLost ? seen : region.getIntAcquire(wordOffset);
    }

    /**
     * Subscriber: announces that it is about to sleep. After this it must check the slot once more.
     *
     * @return false where the doorbell is lost: the publisher will not know
     */
    public boolean announceParked() {
        if (isLost) {
            return false;
        }
        FaultBoundary.surface();
        try {
            region.putIntOpaque(DoorbellLayout.SUBSCRIBERS_PARKED, 1);
            // Here, and not in the handler of the signal that it waits for.
            FaultBoundary.surface();
        } catch (InternalError e) {
            recover(e);
            return false;
        }
        // SYNC parking: pairs with Doorbell.takeParked; without the full fence the second check of the slot could
        // be done before the flag is seen: the publisher sees no sleeper, the subscriber no signal, and it sleeps.
        SharedRegion.fullFence();
        return true;
    }

    /**
     * Publisher, after it committed a signal: whether somebody may be asleep. Clears the flag if so, and then the wake
     * word must be raised and everybody woken.
     */
    public boolean takeParked() {
        if (isLost) {
            return true;
        }
        // SYNC parking: pairs with Doorbell.announceParked; without the full fence the flag could be read before the
        // committed slot is seen.
        SharedRegion.fullFence();
        if (region.getInt(DoorbellLayout.SUBSCRIBERS_PARKED) == 0) {
            return false;
        }
        region.putIntOpaque(DoorbellLayout.SUBSCRIBERS_PARKED, 0);
        return true;
    }

    /** Whether it is out of use, until it is restored. */
    public boolean isLost() {
        return isLost;
    }

    /** After a fault of mapped memory whose place is not known: takes the doorbell out of use. */
    public void lose() {
        isLost = true;
    }

    /**
     * After a fault of mapped memory: takes the doorbell out of use unless it is sound.
     *
     * @return whether that explains the fault. A doorbell that was lost before is not touched, so it explains nothing
     */
    public boolean loseUnlessSound() {
        boolean isNew = !isLost && !FaultBoundary.isSound(region);
        isLost |= isNew;
        return isNew;
    }

    /** After a fault that only the doorbell can have caused. */
    private void recover(InternalError fault) {
        if (!FaultBoundary.isFault(fault)) {
            throw fault;
        }
        lose();
        FaultBoundary.swallowRest();
    }

    /**
     * At each heartbeat, and now and then by others: restores the file's length and page if a process removed them. One
     * system call; the publisher allocates nothing.
     *
     * @return whether it is in use now; if not (no space), parked threads fall back to naps until the next heartbeat
     */
    public boolean restore() {
        if (path == null) {
            return true;
        }
        // A late fault must not surface inside the channel.
        FaultBoundary.surface();
        try {
            Uninterrupted.call(storing);
        } catch (IOException | BusException e) {
            isLost = true;
            return false;
        }
        isLost = isLost && !FaultBoundary.isSound(region);
        return !isLost;
    }

    private Void storeLastByte() throws IOException {
        if (channel == null) {
            try (FileChannel own = open()) {
                storeLastByte(own, lastByte);
            }
        } else {
            if (!channel.isOpen() && !isClosed) {
                channel = open();
            }
            storeLastByte(channel, lastByte);
        }
        return null;
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    /** Publisher: closes the file; the memory stays mapped as long as this object is reachable. */
    void close() {
        isClosed = true;
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw BusException.system(path, e, "nothing need be done");
        }
    }
}
