package io.tickbus.core.bus;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.memory.SharedRegion;
import io.tickbus.core.memory.SlotRing;
import io.tickbus.core.platform.HostIdentity;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A mapped {@code signals} file: its header and its ring. The mapping lasts as long as this object is reachable, also
 * after the file lost its name.
 *
 * <p><b>Threads:</b> immutable. <b>Progress:</b> {@link #standing} and {@link #checkLength} make system calls.
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

    private final Path path;
    private final Object fileKey;
    private final SharedRegion region;
    private final SignalsHeader header;
    private final SlotRing ring;

    private SignalsFile(Path path, Object fileKey, SharedRegion region) {
        this.path = path;
        this.fileKey = fileKey;
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
        SignalsCheck.host(file.path, file.header.host(), HostIdentity.current());
        return file;
    }

    /** Maps without comparing hosts, for inspection of files from elsewhere and for the publisher. */
    public static SignalsFile inspect(BusDirectory directory) {
        return map(directory, false);
    }

    static SignalsFile map(BusDirectory directory, boolean writable) {
        Path path = directory.signals();
        try {
            // The key before the opening: where another file takes the name in between, the standing then says
            // REPLACED, and the file is opened again. The other way round nobody would ever notice.
            Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
            try (FileChannel channel = TrustedFiles.open(path, directory.ownerId(), writable)) {
                SignalsCheck.layout(path, channel);
                return new SignalsFile(path, key, SharedRegion.map(channel, channel.size(), writable));
            }
        } catch (IOException e) {
            throw TrustedFiles.failed(path, e);
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
        return path;
    }

    /** What the name means now; a few microseconds, one system call. */
    public Standing standing() {
        try {
            Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
            return fileKey.equals(key) ? Standing.CURRENT : Standing.REPLACED;
        } catch (NoSuchFileException e) {
            return Standing.REMOVED;
        } catch (IOException e) {
            throw TrustedFiles.failed(path, e);
        }
    }

    /** Turns the fault of an access past the end into a sentence. */
    public BusException truncated(InternalError fault) {
        String why = "it was shortened or its storage was lost while it was mapped (" + fault.getMessage() + ")";
        BusException e = new BusException(Reason.TRUNCATED, path.toString(), why,
                "delete the bus, start its publisher again and attach anew");
        e.initCause(fault);
        return e;
    }

    /** Refuses to go on when the file has become shorter than its mapping. */
    public void checkLength() {
        try {
            long length = Files.size(path);
            if (length < region.length() && standing() == Standing.CURRENT) {
                throw new BusException(Reason.TRUNCATED, path.toString(),
                        "it was shortened to " + length + " of " + region.length() + " bytes while it was mapped",
                        "delete the bus, start its publisher again and attach anew");
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw TrustedFiles.failed(path, e);
        }
    }
}
