// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The {@code replies} file: the daemon's replies, client by client. Each daemon recreates it and renames it over
 * its predecessor's; clients map it read-only. The mapping lasts as long as this object is reachable, also after the
 * file lost its name.
 *
 * <p><b>Threads:</b> reading, any; writing, the daemon's timer thread. <b>Progress:</b> creating, attaching and
 * {@link #fileStatus()} make system calls; the rest is wait-free.
 */
public final class RepliesFile {
    private final FileIdentity file;
    private final SharedRegion region;
    private final Session[] sessions;
    private final int slotCount;

    private RepliesFile(FileIdentity file, SharedRegion region, int sessionCount, int slotCount) {
        this.file = file;
        this.region = region;
        this.slotCount = slotCount;
        this.sessions = new Session[sessionCount];
        for (int i = 0; i < sessionCount; i++) {
            sessions[i] = Session.over(region, i, sessionCount, slotCount);
        }
    }

    /** Replies in the memory of this process, for stress tests: only the fields and the rings work. */
    public static RepliesFile over(SharedRegion region, int sessionCount, int slotCount) {
        return new RepliesFile(null, region, sessionCount, slotCount);
    }

    /**
     * Daemon, holding the publisher's lock: creates the file with all its storage, and then renames it into place.
     *
     * @param bus          header of the daemon's signals, whose history and epoch the file carries
     * @param sessionCount 1 to {@link RepliesLayout#MAX_SESSION_COUNT}
     * @param slotCount    replies per session, a power of two
     * @param group        name of a group that may read it; null for the owner alone
     * @throws BusException NO_SPACE, SYSTEM; on failure nothing is left behind, and a predecessor's stays
     */
    public static RepliesFile create(
            BusDirectory directory, SignalsHeader bus, int sessionCount, int slotCount, String group) {
        checkGeometry(sessionCount, slotCount);
        Path path = directory.replies();
        SharedRegion region = AtomicFile.create(path, RepliesLayout.fileLength(sessionCount, slotCount), group,
                made -> begin(made, bus, sessionCount, slotCount));
        try {
            return new RepliesFile(FileIdentity.of(path), region, sessionCount, slotCount);
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    private static void begin(SharedRegion region, SignalsHeader bus, int sessionCount, int slotCount) {
        writeHeader(region, bus, sessionCount, slotCount);
        RepliesFile begun = over(region, sessionCount, slotCount);
        begun.announceAwake();
        FileHeader.REPLIES.commit(region);
    }

    private static void checkGeometry(int sessionCount, int slotCount) {
        if (sessionCount < 1 || sessionCount > RepliesLayout.MAX_SESSION_COUNT) {
            throw new IllegalArgumentException("sessions must be 1 to " + RepliesLayout.MAX_SESSION_COUNT
                    + ": sessionCount=" + sessionCount);
        }
        if (Integer.bitCount(slotCount) != 1 || slotCount < 2
                || RepliesLayout.fileLength(sessionCount, slotCount) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("reply slots must be a power of two, at least 2, and the file shorter "
                    + "than 2 GiB: slotCount=" + slotCount + " sessionCount=" + sessionCount);
        }
    }

    private static void writeHeader(SharedRegion region, SignalsHeader bus, int sessionCount, int slotCount) {
        FileHeader.REPLIES.write(region, slotCount);
        region.putInt(RepliesLayout.SESSION_COUNT, sessionCount);
        region.putLong(RepliesLayout.HISTORY_ID, bus.historyId());
        region.putLong(RepliesLayout.EPOCH, bus.epoch());
    }

    /**
     * Client: maps the daemon's replies read-only, after every check. Whether it is this epoch's is for the caller to
     * compare.
     *
     * @throws BusException which says what differs: NOT_FOUND, NOT_A_FILE, NOT_TRUSTED, WRONG_*, CORRUPT
     */
    public static RepliesFile attach(BusDirectory directory) {
        return Uninterrupted.call(() -> attachOnce(directory));
    }

    private static RepliesFile attachOnce(BusDirectory directory) {
        Path path = directory.replies();
        try {
            FileIdentity file = FileIdentity.of(path);
            try (FileChannel channel = SecureFiles.open(path, directory.ownerId(), false)) {
                ByteBuffer header = FileHeader.REPLIES.read(path, channel);
                int slotCount = FileHeader.REPLIES.slotCount(path, header);
                int sessionCount = header.getInt(RepliesLayout.SESSION_COUNT);
                long expected = RepliesLayout.fileLength(sessionCount, slotCount);
                if (sessionCount < 1 || sessionCount > RepliesLayout.MAX_SESSION_COUNT
                        || expected > Integer.MAX_VALUE) {
                    throw FileHeader.REPLIES.refuse(Reason.CORRUPT, path, "sessionCount=" + sessionCount
                            + " is not 1 to " + RepliesLayout.MAX_SESSION_COUNT + ", or too many for slotCount="
                            + slotCount);
                }
                FileHeader.REPLIES.length(path, header, channel.size(), expected);
                return new RepliesFile(file, SharedRegion.map(channel, expected, false), sessionCount, slotCount);
            }
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    /** Daemon, after a fault: throws if it was this file's; touches all of its pages. */
    public void checkSound() {
        if (file != null) {
            SecureFiles.checkSound(file.path(), region, "start the daemon again, which recreates it");
        }
    }

    /** The memory; read-only for clients. */
    public SharedRegion region() {
        return region;
    }

    /** Sessions. */
    public int sessionCount() {
        return sessions.length;
    }

    /** Reply slots of each session. */
    public int slotCount() {
        return slotCount;
    }

    /** A session by its place in the table. */
    public Session session(int index) {
        return sessions[index];
    }

    /** History of the bus. */
    public long historyId() {
        return region.getLong(RepliesLayout.HISTORY_ID);
    }

    /** The daemon's epoch. */
    public long epoch() {
        return region.getLong(RepliesLayout.EPOCH);
    }

    /** The name it was created or attached under. */
    public Path path() {
        return file.path();
    }

    /** What the name refers to now; one system call. */
    public FileStatus fileStatus() {
        return file.status();
    }

    /**
     * Daemon: announces until when it sleeps unless the doorbell rings, CLOCK_MONOTONIC nanoseconds. After this it must
     * check every client's ring once more, and sleep on a doorbell word that it read before that check.
     */
    public void announceSleep(long untilNs) {
        region.putLongOpaque(RepliesLayout.SLEEPING_UNTIL_NS, untilNs);
        // SYNC daemon-asleep: pairs with RepliesFile.sleepingUntilNs; without the full fence the last check of the
        // rings could be done before the announcement is seen: the client sees the daemon awake, the daemon sees no
        // command, and a timer is armed too late.
        SharedRegion.fullFence();
    }

    /** Daemon: announces that it polls the rings itself. A late reader rings once unnecessarily. */
    public void announceAwake() {
        region.putLongOpaque(RepliesLayout.SLEEPING_UNTIL_NS, RepliesLayout.AWAKE);
    }

    /**
     * Client, after it committed a command: until when the daemon sleeps, {@link RepliesLayout#AWAKE} while it does
     * not.
     */
    public long sleepingUntilNs() {
        // SYNC daemon-asleep: pairs with RepliesFile.announceSleep; without the full fence the word could be read
        // before the committed command is seen.
        SharedRegion.fullFence();
        return region.getLongOpaque(RepliesLayout.SLEEPING_UNTIL_NS);
    }
}
