package io.tickbus.it;

import io.tickbus.core.bus.BusDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;

/**
 * Another user who tries to write wherever he can, and what he can to other clients' files, and says of each attempt
 * whether it was ALLOWED or DENIED.
 */
public final class IntruderMain {
    private IntruderMain() {
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> {
            attempt(new ChildArguments(arguments).directory());
            ChildArguments.say("DONE");
            return 0;
        });
    }

    /** What there is of the bus's own files, and of the names in its directory. */
    static void attempt(BusDirectory directory) throws IOException {
        for (Path file : new Path[] {directory.signals(), directory.lock(), directory.doorbell(), directory.replies(),
            directory.counters()}) {
            if (Files.exists(file)) {
                attempt("write " + file.getFileName(), () -> FileChannel.open(file, StandardOpenOption.WRITE).close());
            }
        }
        attempt("create", () -> Files.createFile(directory.path().resolve("intruder")));
        attempt("delete", () -> Files.delete(directory.doorbell()));
        attempt("rename", () -> Files.move(directory.signals(), directory.path().resolve("other")));
        attempt("chmod", () -> Files.setPosixFilePermissions(directory.doorbell(), Set.of()));
    }

    /** The file of another client. */
    static void attempt(BusDirectory directory, UUID other) throws IOException {
        Path file = directory.clients().resolve(other.toString());
        Path own = Files.createTempFile(directory.clients(), ".new-", "");
        attempt("write client", () -> FileChannel.open(file, StandardOpenOption.WRITE).close());
        attempt("map client", () -> {
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                channel.map(FileChannel.MapMode.READ_WRITE, 0, 1);
            }
        });
        attempt("replace client", () -> Files.move(own, file, StandardCopyOption.ATOMIC_MOVE));
        attempt("rename client", () -> Files.move(file, own, StandardCopyOption.ATOMIC_MOVE));
        attempt("delete client", () -> Files.delete(file));
        attempt("chmod client", () -> Files.setPosixFilePermissions(file, Set.of()));
        attempt("read client", () -> FileChannel.open(file, StandardOpenOption.READ).close());
        Files.deleteIfExists(own);
    }

    private static void attempt(String what, Attempt attempt) throws IOException {
        try {
            attempt.run();
            ChildArguments.say("ALLOWED " + what);
        } catch (AccessDeniedException e) {
            ChildArguments.say("DENIED " + what);
        } catch (FileSystemException e) {
            boolean isDenied = String.valueOf(e.getReason()).contains("not permitted");
            ChildArguments.say((isDenied ? "DENIED " : "FAILED ") + what + " " + e);
        }
    }

    /** One thing that may be denied. */
    private interface Attempt {
        void run() throws IOException;
    }
}
