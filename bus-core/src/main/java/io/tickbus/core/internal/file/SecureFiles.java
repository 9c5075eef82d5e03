// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.SystemError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Opens and creates files safely in directories that others may write: no links, the right owner, mode 0600. */
public final class SecureFiles {
    private static final int ROOT_USER = 0;
    private static final int STICKY = 01000;
    private static final FileAttribute<?> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private SecureFiles() {
    }

    public static void checkDirectory(Path path, int ownerId) {
        PosixFileAttributes attributes = attributes(path);
        if (!attributes.isDirectory()) {
            throw new BusException(Reason.NOT_A_FILE, path.toString(),
                    attributes.isSymbolicLink() ? "it is a symbolic link" : "it is not a directory",
                    "remove it or name another directory with --dir");
        }
        int owner = UserId.ofFile(path);
        if (owner != ownerId && owner != UserId.current() && owner != ROOT_USER) {
            throw new BusException(Reason.NOT_TRUSTED, path.toString(),
                    "it belongs to user " + UserId.text(owner) + " and not to " + UserId.text(ownerId),
                    "name the owner you expect with --owner, or use your own directory");
        }
        if (attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE) && !isSticky(path)) {
            throw new BusException(Reason.NOT_TRUSTED, path.toString(), "everybody may write to it",
                    "run chmod o-w on it");
        }
    }

    private static boolean isSticky(Path path) {
        try {
            return ((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & STICKY) != 0;
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    private static PosixFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    public static void createDirectory(Path path) {
        try {
            Files.createDirectory(path, PRIVATE_DIRECTORY);
            // Whatever the umask.
            chmod(path, "rwx------");
        } catch (FileAlreadyExistsException e) {
            checkIsDirectory(path);
        } catch (NoSuchFileException e) {
            throw new BusException(Reason.NOT_FOUND, path.toString(), "there is no directory " + path.getParent()
                    + " to make it in", "make that one first, or name another");
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    private static void checkIsDirectory(Path path) {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new BusException(Reason.NOT_A_FILE, path.toString(),
                    Files.isSymbolicLink(path) ? "it is a symbolic link" : "it is not a directory",
                    "remove it or name another directory with --dir");
        }
    }

    /** Opens a regular file that must be there and belong to the caller or the expected owner. */
    public static FileChannel open(Path path, int ownerId, boolean writable) {
        PosixFileAttributes attributes = attributes(path);
        if (!attributes.isRegularFile()) {
            throw new BusException(Reason.NOT_A_FILE, path.toString(),
                    attributes.isSymbolicLink() ? "it is a symbolic link" : "it is not a regular file",
                    "remove it and start the publisher again");
        }
        checkOwner(path, ownerId);
        Set<OpenOption> options = writable
                ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)
                : Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try {
            return FileChannel.open(path, options);
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    /** Refuses to connect to a socket that is missing or not of the expected owner. */
    public static void checkSocket(Path path, int ownerId) {
        PosixFileAttributes attributes = attributes(path);
        if (!attributes.isOther()) {
            throw new BusException(Reason.NOT_A_FILE, path.toString(), "it is not a socket",
                    "remove it and start the daemon again");
        }
        checkOwner(path, ownerId);
    }

    private static void checkOwner(Path path, int ownerId) {
        int owner = UserId.ofFile(path);
        if (owner != ownerId && owner != UserId.current()) {
            throw new BusException(Reason.NOT_TRUSTED, path.toString(),
                    "it belongs to user " + UserId.text(owner) + " and not to " + UserId.text(ownerId),
                    "name the owner you expect with --owner, or remove the file");
        }
    }

    /** Throws if a mapped file has become shorter; a deleted one keeps its length. */
    public static void checkLength(Path path, long mappedLength, String remedy) {
        try {
            long length = Files.size(path);
            if (length < mappedLength) {
                throw new BusException(Reason.TRUNCATED, path.toString(),
                        "it was shortened to " + length + " of " + mappedLength + " bytes while it was mapped", remedy);
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    /** After a fault: throws if it was this file's, whatever its name refers to by now. */
    public static void checkSound(Path path, SharedRegion region, String remedy) {
        if (!FaultBoundary.isSound(region)) {
            checkLength(path, region.length(), remedy);
            throw new BusException(Reason.UNREADABLE, path.toString(), "a page of it that was mapped is gone: a "
                    + "hole on a full file system, or it was shortened under another name", remedy);
        }
    }

    /** Creates an empty file, mode 0600, that must not be there. */
    public static void createPrivate(Path path) throws IOException {
        Files.createFile(path, PRIVATE_FILE);
        chmod(path, "rw-------");
    }

    /** What is in a directory; nothing where there is none, or where its maker removes it at this moment. */
    public static List<Path> entries(Path directory, DirectoryStream.Filter<Path> filter) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, filter)) {
            entries.forEach(found::add);
            return found;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw failed(directory, e.getCause());
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    /** Deletes a file, or a directory if it is empty. */
    public static void deleteIfPossible(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException e) {
            return;
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    public static void share(Path path, String group, String permissions) {
        try {
            GroupPrincipal principal =
                    path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
            Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setGroup(principal);
        } catch (IOException e) {
            throw new BusException(Reason.SYSTEM, path + " cannot be given to group " + group, BusException.why(e),
                    "name a group that you belong to");
        }
        chmod(path, permissions);
    }

    /** Whether a group may write it. */
    public static boolean isSharedWithGroup(Path path) {
        return attributes(path).permissions().contains(PosixFilePermission.GROUP_WRITE);
    }

    /** Lets everybody pass through a directory, on top of what is allowed already. */
    public static void letPass(Path directory) {
        try {
            Set<PosixFilePermission> permissions =
                    Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
            Files.setPosixFilePermissions(directory, permissions);
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    public static void chmod(Path path, String permissions) {
        try {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    public static BusException failed(Path path, IOException e) {
        String why = BusException.why(e);
        if (e instanceof NoSuchFileException || SystemError.NO_SUCH_FILE.isIn(why)) {
            return new BusException(Reason.NOT_FOUND, path.toString(), "there is no such file",
                    "start the publisher first, or name its directory with --dir");
        }
        if (e instanceof AccessDeniedException) {
            return new BusException(Reason.NOT_TRUSTED, path.toString(), "permission denied",
                    "run as its owner, or let the publisher share the bus with --group");
        }
        if (SystemError.NO_SPACE.isIn(why) || SystemError.OVER_QUOTA.isIn(why)) {
            return new BusException(Reason.NO_SPACE, path.toString(), why,
                    "free space or inodes (df, df -i) on its file system, or use fewer slots");
        }
        if (SystemError.PERMISSION_DENIED.isIn(why)) {
            return new BusException(Reason.NOT_TRUSTED, path.toString(), why,
                    "run as its owner, or let the publisher share the bus with --group");
        }
        if (SystemError.OPEN_FILES.isIn(why)) {
            return new BusException(Reason.OPEN_FILES, path.toString(), "this process has as many open files as it may",
                    "raise its limit with 'ulimit -n', or close some");
        }
        return BusException.system(path, e, "check the file system that holds it");
    }
}
