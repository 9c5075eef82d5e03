// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.core.BusDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Run by another user: tries to modify the bus's files and those of other clients, and prints for each attempt whether
 * it was ALLOWED or DENIED.
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

    /** Tries to modify the bus's own files and the names in its directory. */
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

    /** Tries the directory where clients of the daemon's own user have their rings, and the socket. */
    static void attemptClients(BusDirectory directory) throws IOException {
        attempt("list clients", () -> {
            try (DirectoryStream<Path> clients = Files.newDirectoryStream(directory.clients())) {
                clients.forEach(client -> { });
            }
        });
        attempt("create client", () -> Files.createFile(directory.clients().resolve("intruder")));
        attempt("delete control", () -> Files.delete(directory.control()));
        attempt("rename control", () -> Files.move(directory.control(), directory.path().resolve("other")));
        attempt("chmod control", () -> Files.setPosixFilePermissions(directory.control(), Set.of()));
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

    /** One action that may be denied. */
    private interface Attempt {
        void run() throws IOException;
    }
}
