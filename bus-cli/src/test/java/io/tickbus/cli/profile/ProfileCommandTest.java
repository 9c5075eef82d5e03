// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.internal.file.UserId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProfileCommandTest {
    @TempDir
    private Path root;

    private static void assertFails(String sentence, int exitCode, Object... options) {
        Object[] args = new Object[options.length + 1];
        args[0] = "profile";
        System.arraycopy(options, 0, args, 1, options.length);
        CliRun run = CliRun.of(args);
        assertEquals(exitCode, run.exitCode(), run.err());
        assertTrue(run.err().contains(sentence), run.err());
    }

    @Test
    void shouldSayWhyAProcessCannotBeProfiled() throws IOException {
        assertFails("there is no", Tickbus.FAILED, "--bus", "none", "--dir", root);
        assertFails("it does not exist", Tickbus.FAILED, "--pid", Integer.MAX_VALUE);
        assertFails("a process id is a number", Tickbus.WRONG_USAGE, "--pid", "0");
        assertFails("at most 3600 seconds", Tickbus.WRONG_USAGE, "--seconds", "0");
        assertFails("name a file that can be written", Tickbus.WRONG_USAGE, "--pid", "1", "-o",
                root.resolve("none/flame.html"));
        Process sleep = new ProcessBuilder("sleep", "600").start();
        try {
            assertFails("it is not a JVM", Tickbus.FAILED, "--pid", sleep.pid());
            assertTrue(sleep.isAlive(), "a signal that asks a JVM to be attached to has ended it");
        } finally {
            sleep.destroy();
        }
    }

    /** As root would follow links that the process plants; process 1 is of another user than one who is not root. */
    @Test
    void shouldRefuseAProcessOfAnotherUser() throws IOException {
        if (UserId.current() != 0) {
            assertFails("it belongs to user 0", Tickbus.FAILED, "--pid", 1);
            return;
        }
        Process other = new ProcessBuilder("setpriv", "--reuid=65534", "--clear-groups", "sh", "-c",
                "echo ready; exec sleep 600").start();
        try {
            assertEquals('r', other.getInputStream().read());
            assertFails("it belongs to user 65534; run it as that user: sudo -u '#65534' tickbus profile",
                    Tickbus.FAILED, "--pid", other.pid());
        } finally {
            other.destroy();
        }
    }

    @Test
    void shouldPutNothingBehindALink() throws IOException {
        Path folder = Files.createDirectories(root.resolve("var/tmp"));
        Files.createSymbolicLink(root.resolve("tmp"), folder);
        Files.createSymbolicLink(root.resolve("dev"), root.resolve("var"));
        assertTrue(TargetProcess.isPlainFolder(root, Path.of("/var/tmp")));
        assertFalse(TargetProcess.isPlainFolder(root, Path.of("/tmp")));
        assertFalse(TargetProcess.isPlainFolder(root, Path.of("/dev/tmp")));
        assertFalse(TargetProcess.isPlainFolder(root, Path.of("/none")));
    }
}
