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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A JVM that runs, perhaps in a container, and the files that it sees. */
final class TargetProcess {
    private static final int ROOT = 0;
    private static final int MOUNT_POINT = 1;
    private static final int MOUNT_OPTIONS = 3;

    private final long pid;
    private final Path proc;
    private final int userId;

    private TargetProcess(long pid, Path proc, int userId) {
        this.pid = pid;
        this.proc = proc;
        this.userId = userId;
    }

    /**
     * Checks that it is a JVM, and one of ours: attaching sends a signal that ends a process that is none.
     *
     * @throws BusException which says why not
     */
    static TargetProcess of(long pid) {
        String name = "process " + pid;
        Path proc = Path.of("/proc", Long.toString(pid));
        if (!Files.isDirectory(proc)) {
            throw new BusException(Reason.NOT_FOUND, name, "it does not exist", "name one that 'tickbus stat' shows");
        }
        int userId = UserId.ofFile(proc);
        if (userId != UserId.current() && UserId.current() != ROOT) {
            throw new BusException(Reason.NOT_TRUSTED, name, "it belongs to user " + UserId.text(userId),
                    "run as that user, or as root");
        }
        try {
            // Not all of it is text in any encoding.
            if (!Files.readString(proc.resolve("maps"), StandardCharsets.ISO_8859_1).contains("/libjvm.so")) {
                throw new BusException(Reason.NOT_FOUND, name, "it is not a JVM", "name one with --pid");
            }
        } catch (NoSuchFileException e) {
            throw new BusException(Reason.NOT_FOUND, name, "it has just ended", "name another");
        } catch (IOException e) {
            throw new BusException(Reason.NOT_TRUSTED, name, "it may not be examined (" + BusException.why(e) + ")",
                    "run as its user outside of a container, or as root");
        }
        return new TargetProcess(pid, proc, userId);
    }

    /** A file of the process, as this one finds it. */
    Path outside(Path path) {
        return proc.resolve("root").resolve(path.toString().substring(1));
    }

    /** Whether a library there can be loaded. */
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
        return !List.of(options.split(",", -1)).contains("noexec");
    }

    /** Lets the process, whose user may be another, read a file, and write into its folder. */
    void give(Path folder, Path file) throws IOException {
        Files.setPosixFilePermissions(outside(file), PosixFilePermissions.fromString("r-x------"));
        if (userId != UserId.current()) {
            Files.setAttribute(outside(file), "unix:uid", userId);
            Files.setAttribute(outside(folder), "unix:uid", userId);
        }
    }

    /**
     * Lets the JDK find the process's socket, which it looks for in its own {@code /tmp}, while a service may have
     * another: a link there leads to it.
     */
    void linkSocket() throws IOException {
        if (!isSame("ns/mnt") && isSame("ns/pid") && !Files.exists(socket(), LinkOption.NOFOLLOW_LINKS)) {
            Files.createSymbolicLink(socket(), outside(socket()));
        }
    }

    /** Removes that link. */
    void unlinkSocket() throws IOException {
        if (Files.isSymbolicLink(socket())) {
            Files.delete(socket());
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
