// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.file.ControlMessage.Answer;
import io.tickbus.core.internal.file.ControlSocket;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.UUID;

/** A client that says at the control socket whatever a test wants it to say. */
final class RawClient implements AutoCloseable {
    static final int SLOTS = 64;

    final ClientIdentity identity;
    private final BusDirectory directory;
    private final SocketChannel socket;
    private final ByteBuffer message = ControlMessage.buffer();
    private ClientFile ring;
    private Answer answer;
    private boolean hasEnded;
    private long sent;

    RawClient(BusDirectory directory, SignalsHeader bus, String name, int slotCount) {
        this.directory = directory;
        this.identity = new ClientIdentity(UUID.randomUUID(), bus.historyId(), bus.epoch(),
                ProcessHandle.current().pid(), name, slotCount);
        this.socket = ControlSocket.connect(directory);
    }

    /** A client with a ring, whose HELLO says so. */
    static RawClient connect(BusDirectory directory, SignalsHeader bus, String name) {
        RawClient client = new RawClient(directory, bus, name, SLOTS);
        client.makeRing();
        client.say(ControlMessage.hello(client.identity));
        return client;
    }

    /** A client that sends its commands over the socket, whose HELLO says so. */
    static RawClient withoutRing(BusDirectory directory, SignalsHeader bus, String name) {
        RawClient client = new RawClient(directory, bus, name, 0);
        client.say(ControlMessage.hello(client.identity));
        return client;
    }

    void makeRing() {
        ring = ClientFile.create(directory, identity);
    }

    ClientFile ring() {
        return ring;
    }

    Path path() {
        return directory.clients().resolve(identity.uuid().toString());
    }

    /** Says as much as the kernel takes; returns how many bytes that was. */
    int say(ByteBuffer bytes) {
        try {
            return socket.write(bytes);
        } catch (IOException e) {
            hasEnded = true;
            return 0;
        }
    }

    int send(TimerCommand command) {
        ByteBuffer bytes = ByteBuffer.allocate(CommandLayout.LENGTH).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(sent + 1);
        for (long field : command.fields()) {
            bytes.putLong(field);
        }
        int taken = say(bytes.flip());
        sent += taken == CommandLayout.LENGTH ? 1 : 0;
        return taken;
    }

    /** Looks for what the daemon says; null before it has. */
    Answer answer() {
        try {
            hasEnded |= socket.read(message) < 0;
        } catch (IOException e) {
            hasEnded = true;
        }
        if (answer == null && !message.hasRemaining()) {
            answer = ControlMessage.readAnswer(message);
            message.clear();
        }
        return answer;
    }

    boolean isWelcome() {
        return answer() != null && answer.isWelcome();
    }

    boolean isRejected() {
        return answer() != null && !answer.isWelcome();
    }

    /** Whether the daemon has closed the socket. */
    boolean hasEnded() {
        answer();
        return hasEnded;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
