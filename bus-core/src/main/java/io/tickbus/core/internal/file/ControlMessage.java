// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.layout.ControlLayout;
import io.tickbus.core.timer.ReplyReason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Writes and reads the messages with which a client connects.
 *
 * <p><b>Threads:</b> any; a buffer belongs to one.
 */
public final class ControlMessage {
    /**
     * The daemon's answer to a HELLO.
     *
     * @param session   its place in the table of sessions; −1 where the client is rejected
     * @param owner     number of the owner of its timers
     * @param nextReply the first reply that is for this client
     * @param window    how many commands may be sent that are not consumed
     * @param reason    why it is rejected; NONE where it is not
     * @param text      the same in words
     */
    public record Answer(int session, int owner, long nextReply, int window, ReplyReason reason, String text) {
        /** The client is served. */
        public static Answer welcome(int session, int owner, long nextReply, int window) {
            return new Answer(session, owner, nextReply, window, ReplyReason.NONE, "");
        }

        /** The client is not served. */
        public static Answer rejected(ReplyReason reason, String text) {
            return new Answer(-1, 0, 0, 0, reason, text);
        }

        /** Whether the client is served. */
        public boolean isWelcome() {
            return session >= 0;
        }
    }

    private ControlMessage() {
    }

    /** A buffer for one message, to be filled by a channel. */
    public static ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(ControlLayout.LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer begin(int type, long historyId, long epoch, UUID uuid) {
        return buffer().putLong(ControlLayout.MAGIC, ControlLayout.MAGIC_VALUE)
                .putInt(ControlLayout.PROTOCOL_VERSION, ControlLayout.VERSION)
                .putInt(ControlLayout.TYPE, type)
                .putLong(ControlLayout.HISTORY_ID, historyId)
                .putLong(ControlLayout.EPOCH, epoch)
                .putLong(ControlLayout.UUID, uuid.getMostSignificantBits())
                .putLong(ControlLayout.UUID + Long.BYTES, uuid.getLeastSignificantBits());
    }

    /** Client: introduces itself. */
    public static ByteBuffer hello(ClientIdentity client) {
        ByteBuffer message = begin(ControlLayout.TYPE_HELLO, client.historyId(), client.epoch(), client.uuid())
                .putInt(ControlLayout.SLOT_COUNT, client.slotCount())
                .putLong(ControlLayout.PID, client.pid());
        return message.put(ControlLayout.NAME, ClientIdentity.nameBytes(client.name()));
    }

    /**
     * Daemon: what a client said of itself.
     *
     * @throws IllegalArgumentException says what no client of this version sends
     */
    public static ClientIdentity readHello(ByteBuffer message) {
        check(message);
        if (message.getInt(ControlLayout.TYPE) != ControlLayout.TYPE_HELLO) {
            throw new IllegalArgumentException("not a HELLO: type=" + message.getInt(ControlLayout.TYPE));
        }
        return new ClientIdentity(uuid(message), message.getLong(ControlLayout.HISTORY_ID),
                message.getLong(ControlLayout.EPOCH), message.getLong(ControlLayout.PID),
                ClientIdentity.name(message, ControlLayout.NAME), message.getInt(ControlLayout.SLOT_COUNT));
    }

    /** Daemon: answers a client. */
    public static ByteBuffer answer(ClientIdentity client, Answer answer) {
        if (answer.isWelcome()) {
            return begin(ControlLayout.TYPE_WELCOME, client.historyId(), client.epoch(), client.uuid())
                    .putInt(ControlLayout.SESSION, answer.session())
                    .putInt(ControlLayout.OWNER, answer.owner())
                    .putLong(ControlLayout.NEXT_REPLY, answer.nextReply())
                    .putInt(ControlLayout.WINDOW, answer.window());
        }
        return rejected(client.historyId(), client.epoch(), client.uuid(), answer);
    }

    /** Daemon: answers a client whose message is malformed. */
    public static ByteBuffer rejectedUnknown(long historyId, long epoch, Answer answer) {
        return rejected(historyId, epoch, new UUID(0, 0), answer);
    }

    private static ByteBuffer rejected(long historyId, long epoch, UUID uuid, Answer answer) {
        byte[] text = answer.text().getBytes(StandardCharsets.US_ASCII);
        int length = Math.min(text.length, ControlLayout.MAX_TEXT_LENGTH);
        return begin(ControlLayout.TYPE_REJECTED, historyId, epoch, uuid)
                .putInt(ControlLayout.REASON, answer.reason().code())
                .putInt(ControlLayout.TEXT_LENGTH, length)
                .put(ControlLayout.TEXT, text, 0, length);
    }

    /**
     * Client: what the daemon answered.
     *
     * @throws IllegalArgumentException says what no daemon of this version sends
     */
    public static Answer readAnswer(ByteBuffer message) {
        check(message);
        int type = message.getInt(ControlLayout.TYPE);
        if (type == ControlLayout.TYPE_WELCOME) {
            return Answer.welcome(message.getInt(ControlLayout.SESSION), message.getInt(ControlLayout.OWNER),
                    message.getLong(ControlLayout.NEXT_REPLY), message.getInt(ControlLayout.WINDOW));
        }
        if (type != ControlLayout.TYPE_REJECTED) {
            throw new IllegalArgumentException("neither WELCOME nor REJECTED: type=" + type);
        }
        int length = message.getInt(ControlLayout.TEXT_LENGTH);
        byte[] text = new byte[Math.max(0, Math.min(length, ControlLayout.MAX_TEXT_LENGTH))];
        message.get(ControlLayout.TEXT, text);
        return Answer.rejected(ReplyReason.of(message.getInt(ControlLayout.REASON)),
                new String(text, StandardCharsets.US_ASCII));
    }

    private static void check(ByteBuffer message) {
        long magic = message.getLong(ControlLayout.MAGIC);
        int version = message.getInt(ControlLayout.PROTOCOL_VERSION);
        if (magic != ControlLayout.MAGIC_VALUE || version != ControlLayout.VERSION) {
            throw new IllegalArgumentException("no message of version " + ControlLayout.VERSION + ": magic=0x"
                    + Long.toHexString(magic) + " version=" + version);
        }
    }

    private static UUID uuid(ByteBuffer message) {
        return new UUID(message.getLong(ControlLayout.UUID), message.getLong(ControlLayout.UUID + Long.BYTES));
    }
}
