// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static io.tickbus.core.internal.file.BusFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.file.ControlMessage.Answer;
import io.tickbus.core.timer.ReplyReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The socket, however long its name is and whatever file has that name; and the messages sent through it. */
@Timeout(60)
class ControlSocketTest {
    private static final ClientIdentity CLIENT = ClientFixture.identity("web-1.A_");

    @TempDir
    Path folder;

    private BusDirectory bus(String name) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        BusDirectory directory = BusDirectory.at(folder.resolve(name), "bus");
        ClientFixture.create(directory);
        return directory;
    }

    private static void assertConnects(ControlSocket socket, BusDirectory directory) throws IOException {
        try (SocketChannel client = ControlSocket.connect(directory); SocketChannel peer = socket.channel().accept()) {
            assertNotNull(client);
            assertEquals(UserId.current(), socket.userOf(peer));
            assertEquals(UserId.current(), socket.ownUser());
            client.write(ControlMessage.hello(CLIENT));
            ByteBuffer message = ControlMessage.buffer();
            peer.configureBlocking(false);
            while (message.hasRemaining()) {
                assertTrue(peer.read(message) >= 0);
            }
            assertEquals(CLIENT, ControlMessage.readHello(message));
            client.shutdownOutput();
            assertEquals(-1, peer.read(message.clear()));
        }
    }

    @Test
    void shouldConnectAndTellUserAndEnd() throws IOException {
        BusDirectory directory = bus("root");
        try (ControlSocket socket = ControlSocket.bind(directory, null)) {
            assertEquals("rw-------", BusFixture.mode(directory.control()));
            assertConnects(socket, directory);
            assertTrue(ControlSocket.isOfThisUser(directory));
        }
        assertFalse(Files.exists(directory.control()));
        assertFails(Reason.NOT_FOUND, () -> ControlSocket.connect(directory));
    }

    @Test
    void shouldConnectWhenPathIsLongerThanKernelTakes() throws IOException {
        BusDirectory directory = bus("x".repeat(100) + "/" + "y".repeat(100));
        try (ControlSocket socket = ControlSocket.bind(directory, null)) {
            assertTrue(directory.control().toString().length() > 200);
            assertConnects(socket, directory);
        }
        assertFalse(Files.exists(directory.control()));
    }

    @Test
    void shouldReplaceSocketOfDeadDaemon() throws IOException {
        BusDirectory directory = bus("root");
        ControlSocket.bind(directory, null).channel().close();
        assertFails(Reason.NOT_FOUND, () -> ControlSocket.connect(directory));
        try (ControlSocket socket = ControlSocket.bind(directory, null)) {
            assertConnects(socket, directory);
        }
    }

    @Test
    void shouldLeaveSocketOfSuccessorWhenClosedLate() throws IOException {
        BusDirectory directory = bus("root");
        ControlSocket late = ControlSocket.bind(directory, null);
        try (ControlSocket socket = ControlSocket.bind(directory, null)) {
            late.close();
            assertConnects(socket, directory);
        }
    }

    @Test
    void shouldRefuseWhatIsNoSocket() throws IOException {
        BusDirectory directory = bus("root");
        Files.createFile(directory.control());
        assertFails(Reason.NOT_A_FILE, () -> ControlSocket.connect(directory));
    }

    @Test
    void shouldTellWhenKernelTakesNoMore() throws IOException {
        BusDirectory directory = bus("root");
        List<SocketChannel> clients = new ArrayList<>();
        try (ControlSocket socket = ControlSocket.bind(directory, null)) {
            SocketChannel client = ControlSocket.connect(directory);
            while (client != null && clients.size() < 2_000) {
                clients.add(client);
                client = ControlSocket.connect(directory);
            }
            assertNull(client, "nobody was refused");
            assertNotNull(socket.channel().accept());
            clients.add(ControlSocket.connect(directory));
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldReadWhatItWrote() {
        assertEquals(CLIENT, ControlMessage.readHello(ControlMessage.hello(CLIENT)));
        Answer welcome = Answer.welcome(7, 65_535, 1L << 40, 256);
        assertEquals(welcome, ControlMessage.readAnswer(ControlMessage.answer(CLIENT, welcome)));
        Answer rejected = Answer.rejected(ReplyReason.TOO_MANY_CLIENTS, "x".repeat(100));
        Answer read = ControlMessage.readAnswer(ControlMessage.answer(CLIENT, rejected));
        assertEquals(Answer.rejected(ReplyReason.TOO_MANY_CLIENTS, "x".repeat(72)), read);
        assertFalse(read.isWelcome());
    }

    @Test
    void shouldRefuseOtherMessages() {
        List<ByteBuffer> wrong = List.of(ControlMessage.buffer(),
                ControlMessage.hello(CLIENT).putInt(8, 1),
                ControlMessage.hello(CLIENT).putInt(12, 9),
                ControlMessage.hello(CLIENT).putInt(48, 3),
                ControlMessage.hello(CLIENT).put(64, (byte) '\n'));
        for (ByteBuffer message : wrong) {
            assertThrows(IllegalArgumentException.class, () -> ControlMessage.readHello(message));
        }
        assertThrows(IllegalArgumentException.class,
                () -> ControlMessage.readAnswer(ControlMessage.hello(CLIENT)));
    }
}
