// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.platform.HostFiles;
import io.tickbus.core.internal.platform.SystemError;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashMap;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/**
 * The daemon's {@code control} socket, through which clients connect: a Unix-domain stream socket in the bus's
 * directory. The kernel says which user a client is, and that it has ended, however it ended.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> every method makes system calls; none waits.
 */
public final class ControlSocket implements AutoCloseable {
    /** A user that is not mapped into this user namespace, or the user {@code nobody}. */
    private static final int DEFAULT_OVERFLOW_USER = 65_534;
    /** The kernel's limit of a socket's path, without the zero at its end. */
    private static final int MAX_PATH_LENGTH = 107;
    private static final int BACKLOG = 1024;
    private static final int MAX_KNOWN_USERS = 1024;

    private final FileIdentity file;
    private final ServerSocketChannel channel;
    private final UserPrincipal ownPrincipal;
    private final int ownUser;
    private final Map<UserPrincipal, Integer> knownUsers = new HashMap<>();

    private interface SocketCall<T> {
        T on(SocketAddress address) throws IOException;
    }

    private ControlSocket(Path path, ServerSocketChannel channel) throws IOException {
        this.file = FileIdentity.of(path);
        this.channel = channel;
        this.ownPrincipal = Files.getOwner(path);
        this.ownUser = UserId.ofFile(path);
    }

    /**
     * Daemon, holding the publisher's lock: listens, in the place of a daemon that has ended.
     *
     * @param group members of it may connect, mode 0660; null for the owner alone, mode 0600
     */
    public static ControlSocket bind(BusDirectory directory, String group) {
        Path path = directory.control();
        // It is visible only once its mode is right, and the name always exists.
        Path unfinished = AtomicFile.temporaryFor(path);
        try {
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                withAddress(unfinished, address -> channel.bind(address, BACKLOG));
                if (group == null) {
                    SecureFiles.chmod(unfinished, "rw-------");
                } else {
                    SecureFiles.share(unfinished, group, "rw-rw----");
                }
                channel.configureBlocking(false);
                Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
                return new ControlSocket(path, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                SecureFiles.deleteIfPossible(unfinished);
                throw e;
            }
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    /**
     * Client: connects, without waiting; the channel does not block.
     *
     * @return null if too many clients are connecting for the kernel to accept another now
     * @throws BusException NOT_FOUND where no daemon listens, NOT_TRUSTED where this user may not connect, SYSTEM
     */
    public static SocketChannel connect(BusDirectory directory) {
        Path path = directory.control();
        SecureFiles.checkSocket(path, directory.ownerId());
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            boolean isConnected = false;
            try {
                channel.configureBlocking(false);
                isConnected = withAddress(path, channel::connect);
                return isConnected ? channel : null;
            } finally {
                if (!isConnected) {
                    channel.close();
                }
            }
        } catch (SocketException e) {
            if (SystemError.TRY_AGAIN.isIn(e.getMessage())) {
                return null;
            }
            if (!(e instanceof ConnectException) && !isNameGone(path, e)) {
                throw SecureFiles.failed(path, e);
            }
            throw new BusException(Reason.NOT_FOUND, path.toString(), "nobody listens: " + e.getMessage(),
                    "start 'tickbus daemon'");
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    /** It may vanish between the check and the attempt: the daemon is stopping, or is being replaced. */
    private static boolean isNameGone(Path path, SocketException e) {
        return SystemError.NO_SUCH_FILE.isIn(e.getMessage()) || Files.notExists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Client: whether the daemon of this bus is of this user, so that a ring may be shared with it. */
    public static boolean isOfThisUser(BusDirectory directory) {
        return UserId.ofFile(directory.control()) == UserId.current();
    }

    /** A path that is too long for the kernel is reached through an open descriptor of its folder. */
    private static <T> T withAddress(Path path, SocketCall<T> call) throws IOException {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_PATH_LENGTH) {
            return call.on(UnixDomainSocketAddress.of(path));
        }
        try (FileChannel folder = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
            Path descriptor = folder.isOpen() ? descriptor(path.getParent()) : null;
            if (descriptor == null) {
                throw new BusException(Reason.SYSTEM, path.toString(), "its name is longer than the "
                        + MAX_PATH_LENGTH + " bytes that a socket's may have, and there is no /proc/self/fd",
                        "name a shorter directory with --dir");
            }
            return call.on(UnixDomainSocketAddress.of(descriptor.resolve(path.getFileName())));
        }
    }

    private static Path descriptor(Path folder) throws IOException {
        Path real = folder.toRealPath();
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return null;
        }
        try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                if (isLinkTo(link, real)) {
                    return link;
                }
            }
        }
        return null;
    }

    private static boolean isLinkTo(Path link, Path folder) {
        try {
            return Files.readSymbolicLink(link).equals(folder);
        } catch (IOException e) {
            // Another thread has closed it meanwhile.
            return false;
        }
    }

    /** Whether clients still find it by its name. */
    public boolean isCurrent() {
        return file.status() == FileStatus.CURRENT;
    }

    /** The listening channel, which does not block. */
    public ServerSocketChannel channel() {
        return channel;
    }

    /** Numeric id of the user who may do everything here: the daemon's. */
    public int ownUser() {
        return ownUser;
    }

    /**
     * Numeric id of the user at the other end.
     *
     * @throws IOException where the kernel or the Java library does not tell
     */
    public int userOf(SocketChannel peer) throws IOException {
        UserPrincipal user = peer.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (user.equals(ownPrincipal)) {
            return ownUser;
        }
        Integer known = knownUsers.get(user);
        if (known == null) {
            known = numberOf(user);
            if (knownUsers.size() == MAX_KNOWN_USERS) {
                knownUsers.clear();
            }
            knownUsers.put(user, known);
        }
        return known;
    }

    /** The library keeps the number to itself, but for its hash code; that it is the number is asked back. */
    private static int numberOf(UserPrincipal user) throws IOException {
        int number = user.hashCode();
        try {
            UserPrincipal again = FileSystems.getDefault().getUserPrincipalLookupService()
                    .lookupPrincipalByName(Integer.toString(number));
            if (again.equals(user)) {
                return number;
            }
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("the number of user '" + user.getName() + "' cannot be told", e);
        }
        throw new IOException("the number of user '" + user.getName() + "' cannot be told");
    }

    /**
     * The number shown for every user that is not mapped into this user namespace. Two such users may be different
     * ones.
     */
    public static int overflowUser() {
        try {
            return Integer.parseUnsignedInt(HostFiles.ROOT.firstLine("proc/sys/kernel/overflowuid"));
        } catch (NumberFormatException e) {
            return DEFAULT_OVERFLOW_USER;
        }
    }

    /** Listens no more, and removes the name, unless it is another daemon's by now. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw BusException.system(file.path(), e, "nothing need be done");
        } finally {
            if (isCurrent()) {
                SecureFiles.deleteIfPossible(file.path());
            }
        }
    }
}
