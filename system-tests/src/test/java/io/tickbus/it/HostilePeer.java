// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.file.ControlSocket;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.UUID;

/** A hand-made client that keeps its ring's file open, to send and do what no client should. */
final class HostilePeer implements AutoCloseable {
    static final int SLOTS = 64;

    final ClientIdentity identity;
    final SocketChannel socket;
    private final BusDirectory directory;
    private ClientFile ring;
    private RandomAccessFile file;

    HostilePeer(BusDirectory directory, int slotCount) {
        this.directory = directory;
        SignalsHeader bus = SignalsFile.attach(directory).header();
        identity = new ClientIdentity(UUID.randomUUID(), bus.historyId(), bus.epoch(), 1, "", slotCount);
        SocketChannel channel = ControlSocket.connect(directory);
        while (channel == null) {
            Thread.onSpinWait();
            channel = ControlSocket.connect(directory);
        }
        socket = channel;
    }

    /** A client that is served and may modify its ring at will. */
    static HostilePeer served(BusDirectory directory) throws IOException {
        HostilePeer peer = new HostilePeer(directory, SLOTS);
        peer.makeRing();
        peer.hello();
        return peer;
    }

    void makeRing() throws IOException {
        ring = ClientFile.create(directory, identity);
        file = new RandomAccessFile(directory.clients().resolve(identity.uuid().toString()).toFile(), "rw");
    }

    ClientFile ring() {
        return ring;
    }

    RandomAccessFile file() {
        return file;
    }

    /** Sends HELLO and waits for the answer; returns whether the daemon admits it. */
    boolean hello() throws IOException {
        ByteBuffer answer = ControlMessage.buffer();
        socket.write(ControlMessage.hello(identity));
        socket.configureBlocking(true);
        while (answer.hasRemaining()) {
            if (socket.read(answer) < 0) {
                return false;
            }
        }
        return ControlMessage.readAnswer(answer).isWelcome();
    }

    /** Returns when the daemon has closed the connection of this served client. */
    void awaitEnd() throws IOException {
        ByteBuffer ignored = ByteBuffer.allocate(1);
        while (socket.read(ignored.clear()) >= 0) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        if (file != null) {
            file.close();
        }
    }
}
