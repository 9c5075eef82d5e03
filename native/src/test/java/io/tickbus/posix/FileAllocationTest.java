// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FileAllocationTest {
    private static final int LENGTH = 1 << 20;

    @TempDir
    Path folder;

    private LinuxPlatform platform;

    @BeforeEach
    void requireLinux() {
        platform = OnLinux.platform();
    }

    @Test
    void shouldAllocateEveryBlock() throws Exception {
        Path file = Files.createFile(folder.resolve("späte Uhr"));
        platform.allocate(file, LENGTH);
        assertEquals(LENGTH, Files.size(file));
        assertTrue(allocatedBytes(file) >= LENGTH, () -> "not all of it is there: " + file);
        assertZeros(file);
    }

    @Test
    void shouldFailCleanWhenFileSystemIsFull() throws Exception {
        onFileSystem("tmpfs", "size=256k", mount -> {
            Path file = Files.createFile(mount.resolve("signals"));
            IOException failure = assertThrows(IOException.class, () -> platform.allocate(file, LENGTH));
            assertTrue(failure.getMessage().contains("No space left on device"), failure::getMessage);
            assertTrue(failure.getMessage().contains("length=" + LENGTH), failure::getMessage);
            assertTrue(failure.getMessage().contains(file.toString()), failure::getMessage);
            Path smaller = Files.createFile(mount.resolve("smaller"));
            platform.allocate(smaller, LENGTH / 8);
            assertEquals(LENGTH / 8, allocatedBytes(smaller));
        });
    }

    @Test
    void shouldWriteZerosWhenFileSystemCannotAllocate() throws Exception {
        onFileSystem("ramfs", "mode=700", mount -> {
            Path file = Files.createFile(mount.resolve("signals"));
            platform.allocate(file, LENGTH + 1);
            assertEquals(LENGTH + 1, Files.size(file));
            assertZeros(file);
        });
    }

    @Test
    void shouldRefuseSymbolicLink() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        IOException failure = assertThrows(IOException.class, () -> platform.allocate(link, LENGTH));
        assertTrue(failure.getMessage().contains("symbolic link"), failure::getMessage);
        assertEquals(0, Files.size(file));
    }

    @Test
    void shouldNameMissingFile() {
        Path file = folder.resolve("missing");
        IOException failure = assertThrows(IOException.class, () -> platform.allocate(file, LENGTH));
        assertTrue(failure.getMessage().contains("errno=2"), failure::getMessage);
    }

    @Test
    void shouldRefuseEmptyLength() {
        assertThrows(IllegalArgumentException.class, () -> platform.allocate(folder.resolve("file"), 0));
    }

    private void onFileSystem(String type, String options, OnMount test) throws Exception {
        Path mount = Files.createDirectory(folder.resolve(type));
        if (run("mount", "-t", type, "-o", options, "none", mount.toString()).startsWith("FAILED")) {
            String reason = "skipped: mounting a small " + type + " needs root";
            System.out.println(reason);
            abort(reason);
        }
        try {
            test.accept(mount);
        } finally {
            run("umount", mount.toString());
        }
    }

    private interface OnMount {
        void accept(Path mount) throws Exception;
    }

    private static void assertZeros(Path file) throws IOException {
        for (byte b : Files.readAllBytes(file)) {
            assertEquals(0, b);
        }
    }

    private static long allocatedBytes(Path file) throws Exception {
        String[] blocks = run("stat", "-c", "%b %B", file.toString()).strip().split(" ", -1);
        return Long.parseLong(blocks[0]) * Long.parseLong(blocks[1]);
    }

    private static String run(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? output : "FAILED " + output;
        } catch (IOException e) {
            return "FAILED " + e.getMessage();
        }
    }
}
