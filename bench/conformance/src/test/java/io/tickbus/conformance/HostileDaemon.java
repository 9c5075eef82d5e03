// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.layout.ControlLayout;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A bus with the files of a living daemon and a socket of its own, which answers HELLO as no daemon does. */
final class HostileDaemon implements AutoCloseable {
    private static final int LENGTH = 128;
    private static final int VERSION = 8;
    private static final int TYPE = 12;
    private static final int UUID = 32;
    private static final int SESSION = 48;
    private static final int NEXT_REPLY = 56;
    private static final int WINDOW = 64;
    private static final int WELCOME = 2;
    private static final int REJECTED = 3;

    /** What it answers. */
    enum Answer {
        NOTHING, HALF, GARBAGE, ANOTHER_VERSION, UNKNOWN_TYPE, REJECTION, FOREIGN_UUID, SESSION_BEYOND,
        NEGATIVE_SESSION, NEGATIVE_REPLY, NO_WINDOW
    }

    private final Path control;
    private final ServerSocketChannel server;
    private volatile Answer answer = Answer.NOTHING;

    HostileDaemon(BusDirectory living, BusDirectory bus) throws IOException {
        Files.createDirectory(bus.path());
        Files.createDirectory(bus.clients());
        // The same files: their heartbeat is fresh.
        Files.createLink(bus.signals(), living.signals());
        Files.createLink(bus.replies(), living.replies());
        control = bus.control();
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(control));
        Thread thread = new Thread(this::serve, "hostile-daemon");
        thread.setDaemon(true);
        thread.start();
    }

    void answer(Answer newAnswer) {
        answer = newAnswer;
    }

    private void serve() {
        while (server.isOpen()) {
            serveOne();
        }
    }

    private void serveOne() {
        try (SocketChannel client = server.accept()) {
            ByteBuffer hello = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
            int count = 0;
            while (hello.hasRemaining() && count >= 0) {
                count = client.read(hello);
            }
            ByteBuffer message = message(hello);
            while (message.hasRemaining()) {
                client.write(message);
            }
        } catch (IOException e) {
            // That client has gone, or this server is closed.
            return;
        }
    }

    private ByteBuffer message(ByteBuffer hello) {
        ByteBuffer message = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        message.put(0, hello, 0, UUID + 16).putInt(TYPE, WELCOME).putInt(SESSION, 0).putInt(SESSION + 4, 1)
                .putLong(NEXT_REPLY, 0).putInt(WINDOW, 64);
        switch (answer) {
            case NOTHING -> message.limit(0);
            case HALF -> message.limit(LENGTH / 2);
            case GARBAGE -> message.putLong(0, 42);
            case ANOTHER_VERSION -> message.putInt(VERSION, ControlLayout.VERSION + 1);
            case UNKNOWN_TYPE -> message.putInt(TYPE, 99);
            case REJECTION -> message.putInt(TYPE, REJECTED).putInt(SESSION, 10).putInt(SESSION + 4, 0);
            case FOREIGN_UUID -> message.putLong(UUID, 42);
            case SESSION_BEYOND -> message.putInt(SESSION, 1_000_000);
            case NEGATIVE_SESSION -> message.putInt(SESSION, -1);
            case NEGATIVE_REPLY -> message.putLong(NEXT_REPLY, Long.MIN_VALUE);
            case NO_WINDOW -> message.putInt(WINDOW, 0);
            default -> throw new AssertionError(answer);
        }
        return message;
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(control);
    }
}
