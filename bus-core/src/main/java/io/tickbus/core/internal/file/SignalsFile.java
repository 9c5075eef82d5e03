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
 * <p><b>Threads:</b> immutable. <b>Progress:</b> {@link #standing} and the checks make system calls.
 */
public final class SignalsFile {
    /** What has become of the file behind a name. */
    public enum Standing {
        /** The name still means this file. */
        CURRENT,
        /** The name means another file by now. */
        REPLACED,
        /** There is no file of that name. */
        REMOVED
    }

    private static final String REMEDY = "delete the bus, start its publisher again and attach again";

    private final NamedFile name;
    private final SharedRegion region;
    private final SignalsHeader header;
    private final SlotRing ring;

    private SignalsFile(NamedFile name, SharedRegion region) {
        this.name = name;
        this.region = region;
        this.header = new SignalsHeader(region);
        this.ring = new SlotRing(region, SignalsLayout.HEADER_LENGTH, (int) header.slotCount());
    }

    /** The same over memory of this process, without a name. */
    static SignalsFile over(SharedRegion region) {
        return new SignalsFile(null, region);
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
            throw TrustedFiles.failed(directory.signals(), e);
        }
    }

    private static SignalsFile map(Path path, int ownerId, boolean writable) throws IOException {
        NamedFile name = NamedFile.of(path);
        try (FileChannel channel = TrustedFiles.open(path, ownerId, writable)) {
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

    /** What the name means now; a few microseconds, one system call. */
    public Standing standing() {
        return name.standing();
    }

    /** Refuses to go on when the file has become shorter than its mapping: TRUNCATED. One system call or two. */
    public void checkLength() {
        if (standing() == Standing.CURRENT) {
            TrustedFiles.checkLength(path(), region.length(), REMEDY);
        }
    }

    /**
     * After a fault of mapped memory: refuses to go on where it was this file's, which is found out by touching all of
     * its pages. Where it is mapped writable, on the publishing thread.
     *
     * @throws BusException TRUNCATED, or UNREADABLE where its length says nothing
     */
    public void checkSound() {
        TrustedFiles.checkSound(path(), region, REMEDY);
    }
}
