// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.profile;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.file.UserId;
import io.tickbus.core.internal.platform.HostFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A JVM that runs, perhaps in a container, and the files that it sees. */
final class TargetProcess {
    private static final int MOUNT_POINT = 1;
    private static final int MOUNT_OPTIONS = 3;

    private final long pid;
    private final Path proc;
    private boolean isSocketLinked;

    private TargetProcess(long pid, Path proc) {
        this.pid = pid;
        this.proc = proc;
    }

    /**
     * Checks that it is a JVM, since attaching sends a signal that ends a process that is none. And that it is of this
     * user: root would follow the links that another user's process plants in its folders.
     *
     * @throws BusException which says why not
     */
    static TargetProcess of(long pid) {
        String name = "process " + pid;
        Path proc = Path.of("/proc", Long.toString(pid));
        if (!Files.isDirectory(proc)) {
            throw new BusException(Reason.NOT_FOUND, name, "it does not exist", "name one that 'tickbus stat' shows");
        }
        requireSameUser(name, pid);
        try {
            // Not all of it is text in any encoding.
            if (!Files.readString(proc.resolve("maps"), StandardCharsets.ISO_8859_1).contains("/libjvm.so")) {
                throw new BusException(Reason.NOT_FOUND, name, "it is not a JVM", "name one with --pid");
            }
        } catch (NoSuchFileException e) {
            throw new BusException(Reason.NOT_FOUND, name, "it has just ended", "name another");
        } catch (IOException e) {
            throw new BusException(Reason.NOT_TRUSTED, name, "it may not be examined (" + BusException.why(e) + ")",
                    "run as its user, outside of a container");
        }
        return new TargetProcess(pid, proc);
    }

    /** By all of its ids: the folder's owner is root for a process that must not be dumped. */
    private static void requireSameUser(String name, long pid) {
        String ids = HostFiles.ROOT.field("proc/" + pid + "/status", "Uid").orElse("");
        String own = UserId.text(UserId.current());
        for (String id : ids.split("\\s+", -1)) {
            if (!id.equals(own)) {
                throw new BusException(Reason.NOT_TRUSTED, name, id.isEmpty() ? "its user cannot be read"
                        : "it belongs to user " + id, "run it as that user: sudo -u " + (id.isEmpty() ? "USER"
                        : "'#" + id + "'") + " tickbus profile ...");
            }
        }
    }

    /** A file of the process, as this one finds it. */
    Path outside(Path path) {
        return proc.resolve("root").resolve(path.toString().substring(1));
    }

    /** Whether it is a folder below a root, on a path without links, which lead elsewhere for another process. */
    static boolean isPlainFolder(Path root, Path folder) {
        Path at = root;
        for (Path name : folder) {
            at = at.resolve(name);
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a library there can be loaded, and is where the process looks for it. */
    boolean allowsCodeIn(Path folder) {
        String options = "noexec";
        int longest = 0;
        for (String line : HostFiles.ROOT.lines(proc.resolve("mounts").toString().substring(1))) {
            List<String> fields = List.of(line.split(" ", -1));
            String point = fields.size() > MOUNT_OPTIONS ? fields.get(MOUNT_POINT) : "";
            // The last one on a place hides those before.
            if (point.length() >= longest && !point.isEmpty() && folder.startsWith(point)) {
                longest = point.length();
                options = fields.get(MOUNT_OPTIONS);
            }
        }
        return !List.of(options.split(",", -1)).contains("noexec") && isPlainFolder(proc.resolve("root"), folder);
    }

    /**
     * Lets the JDK find the process's socket, which it looks for in its own {@code /tmp}, while a service may have
     * another: a link there leads to it.
     */
    void linkSocket() throws IOException {
        if (!isSame("ns/mnt") && isSame("ns/pid") && !Files.exists(socket(), LinkOption.NOFOLLOW_LINKS)) {
            Files.createSymbolicLink(socket(), outside(socket()));
            isSocketLinked = true;
        }
    }

    /** Removes that link, if this process has made it. */
    void unlinkSocket() throws IOException {
        if (isSocketLinked) {
            Files.deleteIfExists(socket());
        }
    }

    private Path socket() {
        return Path.of("/tmp/.java_pid" + pid);
    }

    private boolean isSame(String namespace) throws IOException {
        return Files.readSymbolicLink(proc.resolve(namespace))
                .equals(Files.readSymbolicLink(Path.of("/proc/self", namespace)));
    }

    @Override
    public String toString() {
        return "process " + pid;
    }
}
