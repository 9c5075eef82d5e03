// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.NotifySocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixDatagramTest {
    private static final byte[] MESSAGE = "READY=1\nSTATUS=späte Uhr".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private LinuxPlatform platform;

    @BeforeEach
    void requireLinux() {
        platform = OnLinux.platform();
    }

    private void assertReceived(String address) throws IOException {
        try (NotifySocket socket = NotifySocket.bind(address)) {
            platform.sendDatagram(address, MESSAGE);
            assertEquals(new String(MESSAGE, StandardCharsets.UTF_8), socket.poll());
        }
    }

    @Test
    void shouldSendToPath() throws IOException {
        assertReceived(folder.resolve("späte Uhr").toString());
    }

    @Test
    void shouldSendToAbstractName() throws IOException {
        assertReceived("@tickbus-test-" + UUID.randomUUID());
    }

    @Test
    void shouldSayWhyWhenNobodyListens() {
        String address = folder.resolve("nobody").toString();
        IOException failure = assertThrows(IOException.class, () -> platform.sendDatagram(address, MESSAGE));
        assertEquals("the socket " + address + " cannot be sent to: No such file or directory (errno=2)",
                failure.getMessage());
    }

    @Test
    void shouldRefuseWhatIsNoAddress() {
        for (String address : new String[] {"", "@", "vsock:2:1234", "relative", "/" + "x".repeat(107)}) {
            IOException failure = assertThrows(IOException.class, () -> platform.sendDatagram(address, MESSAGE));
            assertTrue(failure.getMessage().endsWith("address=" + address), failure::getMessage);
        }
    }

    @Test
    void shouldNotWaitWhenReceiverDoesNotRead() {
        String address = "@tickbus-test-" + UUID.randomUUID();
        try (NotifySocket socket = NotifySocket.bind(address)) {
            IOException failure = assertThrows(IOException.class, () -> {
                for (int i = 0; i < 100_000; i++) {
                    platform.sendDatagram(address, MESSAGE);
                }
            });
            assertTrue(failure.getMessage().contains("errno=11"), failure::getMessage);
            assertTrue(socket.poll() != null);
        }
    }
}
