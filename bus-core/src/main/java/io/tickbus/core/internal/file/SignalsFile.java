// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.platform.HostIdentity;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A mapped {@code signals} file: its header and its ring. The mapping lasts as long as this object is reachable, also
 * after the file lost its name.
 *
 * <p><b>Threads:</b> immutable. <b>Progress:</b> {@link #fileStatus} and the checks make system calls.
 */
public final class SignalsFile {
    private static final String REMEDY = "delete the bus, start its publisher again and attach again";

    private final FileIdentity name;
    private final SharedRegion region;
    private final SignalsHeader header;
    private final SlotRing ring;

    private SignalsFile(FileIdentity name, SharedRegion region) {
        this.name = name;
        this.region = region;
        this.header = new SignalsHeader(region);
        this.ring = new SlotRing(region, SignalsLayout.HEADER_LENGTH, (int) header.slotCount());
    }

    /**
     * Maps a bus's signals read-only, after every check.
     *
     * @throws BusException which says what differs: NOT_FOUND, NOT_A_FILE, NOT_TRUSTED, WRONG_*
     */
    public static SignalsFile attach(BusDirectory directory) {
        directory.check();
        SignalsFile file = map(directory, false);
        SignalsCheck.host(file.path(), file.header.host(), HostIdentity.current());
        return file;
    }

    /** Maps without comparing hosts, for inspection of files from elsewhere and for the publisher. */
    public static SignalsFile inspect(BusDirectory directory) {
        return map(directory, false);
    }

    static SignalsFile map(BusDirectory directory, boolean writable) {
        try {
            return Uninterrupted.call(() -> map(directory.signals(), directory.ownerId(), writable));
        } catch (IOException e) {
            throw SecureFiles.failed(directory.signals(), e);
        }
    }

    private static SignalsFile map(Path path, int ownerId, boolean writable) throws IOException {
        FileIdentity name = FileIdentity.of(path);
        try (FileChannel channel = SecureFiles.open(path, ownerId, writable)) {
            SignalsCheck.layout(path, channel);
            return new SignalsFile(name, SharedRegion.map(channel, channel.size(), writable));
        }
    }

    /** The memory. */
    public SharedRegion region() {
        return region;
    }

    /** The header's words by name. */
    public SignalsHeader header() {
        return header;
    }

    /** The slots. */
    public SlotRing ring() {
        return ring;
    }

    /** The name it was opened under. */
    public Path path() {
        return name.path();
    }

    /** What the name refers to now; a few microseconds, one system call. */
    public FileStatus fileStatus() {
        return name.status();
    }

    /** Throws TRUNCATED if the file has become shorter than its mapping. One system call or two. */
    public void checkLength() {
        if (fileStatus() == FileStatus.CURRENT) {
            SecureFiles.checkLength(path(), region.length(), REMEDY);
        }
    }

    /**
     * After a fault of mapped memory: throws if it was this file's, found out by touching all of its pages. If the file
     * is mapped writable, call this on the publishing thread only.
     *
     * @throws BusException TRUNCATED, or UNREADABLE where its length says nothing
     */
    public void checkSound() {
        SecureFiles.checkSound(path(), region, REMEDY);
    }
}
