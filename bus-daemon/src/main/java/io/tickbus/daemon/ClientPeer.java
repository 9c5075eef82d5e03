package io.tickbus.daemon;

import io.tickbus.core.internal.file.ClientFile;
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

/** One connection as the conductor sees it: first it is to say who it is, then it is served, then it has left. */
final class ClientPeer {
    /** Commands that are read at once: nobody else waits longer for one that sends without end. */
    private static final int COMMANDS_PER_READ = 64;

    private final SocketChannel channel;
    private final int user;
    private final long helloUntilNs;
    private final long[] fields = new long[SlotRing.FIELD_COUNT];
    private SelectionKey key;
    private ByteBuffer incoming = ControlMessage.buffer();
    private ClientIdentity identity;
    private ClientSession session;
    private ClientFile ring;
    /** Of a client without a ring of its own: writes what it sends into one of this process. */
    private SlotWriter commands;
    /** It has sent a command whose stamp is not that of the next in turn; none behind it is taken. */
    private boolean isGarbage;
    private boolean isLeaving;
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

    /** Until when it may say who it is. */
    long helloUntilNs() {
        return helloUntilNs;
    }

    /** Reads some of its first message; true when all of it is there. */
    boolean readHello() throws IOException {
        if (identity == null && channel.read(incoming) < 0) {
            throw new IOException("it has left before it said who it is");
        }
        return !incoming.hasRemaining();
    }

    ByteBuffer hello() {
        return incoming;
    }

    /** What it said of itself; null before that. */
    ClientIdentity identity() {
        return identity;
    }

    void identity(ClientIdentity newIdentity) {
        identity = newIdentity;
    }

    /** Makes ready for being served: all that may fail for want of memory. */
    void prepare(ClientSession newSession) {
        listen(true);
        if (identity.hasRing()) {
            incoming = ByteBuffer.allocate(1);
        } else {
            commands = newSession.commandWriter();
            incoming = ByteBuffer.allocateDirect(COMMANDS_PER_READ * CommandLayout.LENGTH)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** It is served from here on; cannot fail. */
    void serve(ClientSession newSession, ClientFile newRing) {
        ring = newRing;
        session = newSession;
    }

    ClientSession session() {
        return session;
    }

    /** The memory of its commands. */
    ClientFile ring() {
        return ring;
    }

    /** Says something to it; false where it does not take it. */
    boolean send(ByteBuffer message) throws IOException {
        channel.write(message);
        return !message.hasRemaining();
    }

    /** What a read found. */
    enum Found { NOTHING, COMMANDS, END, GARBAGE }

    /** Reads some of what it sends. */
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
     * Hands over what was read, as far as there is room, and listens further where that was everything.
     *
     * @return whether there was anything
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

    /** There is no place for it yet. */
    void waitFrom(long round) {
        waitingSince = waitingSince < 0 ? round : waitingSince;
        listen(false);
    }

    /** Whether it has waited for a place since an earlier round. */
    boolean hasWaited(long round) {
        return waitingSince >= 0 && waitingSince < round;
    }

    /** Whether it is to be served when it sends something, or ends. */
    void listen(boolean isListening) {
        if (key.isValid()) {
            key.interestOps(isListening ? SelectionKey.OP_READ : 0);
        }
    }

    private boolean forward(int offset) {
        // A stream that has lost its place would have random words carried out as commands.
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
        return commands != null && !isLeaving && incoming.position() >= CommandLayout.LENGTH;
    }

    boolean isLeaving() {
        return isLeaving;
    }

    /** Nothing is read of it any more. */
    void leave() {
        isLeaving = true;
        key.cancel();
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone all the same.
            return;
        }
    }
}
