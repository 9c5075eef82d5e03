// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** One connection as the conductor sees it: pending until its HELLO has come, then admitted, then closing. */
final class ClientPeer {
    /** Commands that are read at once, so that a client that sends without end does not delay the others. */
    private static final int COMMANDS_PER_READ = 64;

    private final SocketChannel channel;
    private final int user;
    private final long helloUntilNs;
    private final long[] fields = new long[SlotRing.FIELD_COUNT];
    private SelectionKey key;
    private ByteBuffer incoming = ControlMessage.buffer();
    private ClientIdentity identity;
    private ServedClient client;
    /** For a client without a ring of its own: writes what it sends into one of this process. */
    private SlotWriter commands;
    /** It has sent a command whose number is not the next one; nothing behind it is taken. */
    private boolean isGarbage;
    private boolean isClosing;
    private long waitingSince = -1;

    ClientPeer(SocketChannel channel, int user, long helloUntilNs) {
        this.channel = channel;
        this.user = user;
        this.helloUntilNs = helloUntilNs;
    }

    void key(SelectionKey newKey) {
        key = newKey;
    }

    int user() {
        return user;
    }

    /** When it is rejected unless its HELLO has come. */
    long helloUntilNs() {
        return helloUntilNs;
    }

    /** Reads some of its HELLO; true when all of it is there. */
    boolean readHello() throws IOException {
        if (identity == null && channel.read(incoming) < 0) {
            throw new IOException("it has closed the connection before its HELLO");
        }
        return !incoming.hasRemaining();
    }

    ByteBuffer hello() {
        return incoming;
    }

    /** Who it is by its HELLO; null before that. */
    ClientIdentity identity() {
        return identity;
    }

    void identity(ClientIdentity newIdentity) {
        identity = newIdentity;
    }

    /** Before it is admitted: all that may fail for lack of memory. */
    void prepare(ServedClient newClient) {
        listen(true);
        if (identity.hasRing()) {
            incoming = ByteBuffer.allocate(1);
        } else {
            commands = newClient.commandWriter();
            incoming = ByteBuffer.allocateDirect(COMMANDS_PER_READ * CommandLayout.LENGTH)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** It is admitted; cannot fail. */
    void admit(ServedClient newClient) {
        client = newClient;
    }

    /** Null until it is admitted. */
    ServedClient client() {
        return client;
    }

    /** Sends a message; false if it does not take all of it. */
    boolean send(ByteBuffer message) throws IOException {
        channel.write(message);
        return !message.hasRemaining();
    }

    /** What a read found. */
    enum Found { NOTHING, COMMANDS, END, GARBAGE }

    /** Reads some of its commands. */
    Found read() throws IOException {
        int count = channel.read(incoming);
        if (count < 0) {
            return Found.END;
        }
        if (commands == null) {
            return count > 0 ? Found.GARBAGE : Found.NOTHING;
        }
        boolean isAny = forward();
        return isGarbage ? Found.GARBAGE : isAny ? Found.COMMANDS : Found.NOTHING;
    }

    /**
     * Writes what was read into its ring, as far as there is room, and reads on if that was everything.
     *
     * @return whether there was a command
     */
    boolean forward() {
        int from = 0;
        while (incoming.position() - from >= CommandLayout.LENGTH && forward(from)) {
            from += CommandLayout.LENGTH;
        }
        boolean isAnyLeft = incoming.position() - from >= CommandLayout.LENGTH;
        incoming.flip().position(from);
        incoming.compact();
        listen(!isAnyLeft);
        return from > 0;
    }

    /** There is no session for it yet. */
    void waitFrom(long cycle) {
        waitingSince = waitingSince < 0 ? cycle : waitingSince;
        listen(false);
    }

    /** Whether it waits for a session since an earlier cycle. */
    boolean hasWaited(long cycle) {
        return waitingSince >= 0 && waitingSince < cycle;
    }

    /** Whether to wake up when it sends something, or closes. */
    void listen(boolean isListening) {
        if (key.isValid()) {
            key.interestOps(isListening ? SelectionKey.OP_READ : 0);
        }
    }

    private boolean forward(int offset) {
        // Behind a wrong number, random words would be carried out as commands.
        isGarbage |= incoming.getLong(offset) != commands.nextSequence() + 1;
        if (isGarbage) {
            return false;
        }
        for (int i = 0; i < fields.length; i++) {
            fields[i] = incoming.getLong(offset + (i + 1) * Long.BYTES);
        }
        return commands.write(fields) != SlotWriter.FULL;
    }

    boolean isGarbage() {
        return isGarbage;
    }

    /** Whether it has sent more than there is room for. */
    boolean isPaused() {
        return commands != null && !isClosing && incoming.position() >= CommandLayout.LENGTH;
    }

    boolean isClosing() {
        return isClosing;
    }

    /** Nothing more is read from it. */
    void startClosing() {
        isClosing = true;
        key.cancel();
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is closed all the same.
            return;
        }
    }
}
