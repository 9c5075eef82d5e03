// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

import java.nio.ByteOrder;
import java.util.BitSet;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * The state of an {@link IntentLog} as a stream of messages with one or more records each, and the way back. A record
 * begins with its type, an int8; numbers are little-endian.
 *
 * <pre>
 *  NUMBERS   0 type | 1 version | 8 position | 16 timeNs | 24 term | 32 unfired | 40 firedTwice | 48 forgottenNs
 *            56 passedNs
 *  OWNER     0 type | 1 name length | 2 name                                                by number
 *  HOST      0 type | 1 name length | 2 name | then 12 int64: joinedNs and the fields of Host   by number
 *  INTENT    the command ARM | 60 armedPosition | 68 armedNs | 76 armedTerm | 80 firedThrough | 88 firedAhead
 *            96 firedHost | 100 firedTerm | 104 firedTwice | 112 passedOver
 *  CANCELLED 0 type | 1 words of hosts | 2 words of fired | 8 position | 16 cancelledNs | 24 INTENT | the words
 *  CLIENT    0 type | 1 how many refusals | 8 client | 16 number | 24 forgotten | then the refusals, 16 bytes each:
 *            number of the message int64, index of the command int32, code int32        least recent first
 *  END       0 type
 * </pre>
 */
public final class IntentSnapshot {
    /** Receives the messages. */
    @FunctionalInterface
    public interface Sink {
        /** Takes a message, which is reused afterwards. */
        void onMessage(DirectBuffer message, int at, int length);
    }

    /**
     * Which timers are written; hosts and owners always are.
     *
     * @param owner the owner's number, -1 for all, -2 for none
     * @param key   the only key, if {@code limit} is 0
     * @param limit the most timers to write; 0 for one key
     */
    public record Selection(int owner, long key, int limit) {
        static final Selection ALL = new Selection(-1, 0, Integer.MAX_VALUE);
        private static final int NO_OWNER = -2;

        /** Timers of an owner, or of all. */
        public static Selection ofOwner(int owner, int limit) {
            return new Selection(owner, 0, limit);
        }

        /** The timer of a key. */
        public static Selection ofKey(int owner, long key) {
            return new Selection(owner, key, 0);
        }

        boolean has(Intent intent) {
            return (owner == -1 || owner == intent.owner()) && (limit > 0 || key == intent.spec().key());
        }
    }

    private static final byte VERSION = 3;
    private static final byte NUMBERS = 0x10;
    private static final byte OWNER = IntentCommands.OWNER;
    private static final byte HOST = 0x11;
    private static final byte INTENT = IntentCommands.ARM;
    private static final byte CANCELLED = 0x12;
    private static final byte CLIENT = 0x13;
    private static final byte END = 0x1F;

    private static final int HOST_LONGS = 12;
    private static final int NUMBERS_LENGTH = 64;
    private static final int INTENT_LENGTH = 120;
    private static final int CANCELLED_HEADER = 24;
    private static final int CLIENT_HEADER = 32;
    private static final int REFUSAL_LENGTH = 16;
    /** Messages are filled up to this length. */
    private static final int FULL_LENGTH = 4096;
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(2 * FULL_LENGTH);
    private final IntentLog log;
    private final Sink sink;
    private final Selection selection;
    private int length;
    private int written;
    private boolean isComplete;

    private IntentSnapshot(IntentLog log, Sink sink, Selection selection) {
        this.log = log;
        this.sink = sink;
        this.selection = selection;
    }

    /** Writes all of a state. */
    public static void write(IntentLog log, Sink sink) {
        write(log, Selection.ALL, sink);
    }

    /** Writes some of the timers of a state. */
    public static void write(IntentLog log, Selection selection, Sink sink) {
        new IntentSnapshot(log, sink, selection).writeAll();
    }

    /** A reader that fills a new, empty state from the messages. */
    public static IntentSnapshot into(IntentLog empty) {
        return new IntentSnapshot(empty, null, Selection.ALL);
    }

    /** Whether a message is the first one. */
    public static boolean isFirst(DirectBuffer message, int at) {
        return message.getByte(at) == NUMBERS;
    }

    /** Whether the last message was read. */
    public boolean isComplete() {
        return isComplete;
    }

    private void writeAll() {
        long[] numbers = log.numbers();
        buffer.putByte(0, NUMBERS);
        buffer.putByte(1, VERSION);
        for (int i = 0; i < numbers.length; i++) {
            buffer.putLong(Long.BYTES * (i + 1), numbers[i], LITTLE);
        }
        added(NUMBERS_LENGTH);
        for (String owner : log.owners()) {
            added(IntentCommands.name(buffer, length, OWNER, owner));
        }
        log.membership().hosts().forEach(this::host);
        if (selection.limit() > 0) {
            log.forEachUntil(this::selected);
            log.forEachCancelled(this::cancelled);
        } else {
            one(log.find(selection.owner(), selection.key()), log.findCancelled(selection.owner(), selection.key()));
        }
        if (selection.equals(Selection.ALL)) {
            log.clients().forEach(this::client);
        }
        buffer.putByte(length, END);
        length++;
        flush();
    }

    private void added(int bytes) {
        length += bytes;
        if (length >= FULL_LENGTH) {
            flush();
        }
    }

    private void flush() {
        sink.onMessage(buffer, 0, length);
        length = 0;
    }

    private void host(Host host) {
        int named = IntentCommands.name(buffer, length, HOST, host.name());
        long[] longs = {host.joinedNs(), host.epoch, host.fromNs, host.untilNs, host.earlierFromNs,
            host.earlierUntilNs, host.appliedPosition, host.boundNs, host.lagNs, host.seenNs, host.hasLeft ? 1 : 0,
            host.isFollower ? 1 : 0};
        for (int i = 0; i < HOST_LONGS; i++) {
            buffer.putLong(length + named + Long.BYTES * i, longs[i], LITTLE);
        }
        added(named + Long.BYTES * HOST_LONGS);
    }

    private int intent(int at, Intent intent) {
        IntentCommands.arm(buffer, at, intent.owner(), intent.spec());
        buffer.putLong(at + 60, intent.armedPosition(), LITTLE);
        buffer.putLong(at + 68, intent.armedNs(), LITTLE);
        buffer.putInt(at + 76, intent.armedTerm(), LITTLE);
        buffer.putLong(at + 80, intent.firedThrough(), LITTLE);
        buffer.putLong(at + 88, intent.firedAhead(), LITTLE);
        buffer.putInt(at + 96, intent.firedHost(), LITTLE);
        buffer.putInt(at + 100, intent.firedTerm(), LITTLE);
        buffer.putLong(at + 104, intent.firedTwice(), LITTLE);
        buffer.putLong(at + 112, intent.passedOver(), LITTLE);
        return INTENT_LENGTH;
    }

    /** Without a search through all of them, as whoever cancels asks for that again and again. */
    private void one(Intent intent, CancelledIntent tomb) {
        if (intent != null) {
            added(intent(length, intent));
        }
        if (tomb != null) {
            cancelled(tomb);
        }
    }

    /** Whether there are enough. */
    private boolean selected(Intent intent) {
        if (selection.has(intent)) {
            written++;
            added(intent(length, intent));
        }
        return written == selection.limit() || selection.owner() == Selection.NO_OWNER;
    }

    private void cancelled(CancelledIntent tomb) {
        if (!selection.has(tomb.intent())) {
            return;
        }
        long[] hosts = tomb.hosts().toLongArray();
        long[] fired = tomb.fired().toLongArray();
        buffer.putByte(length, CANCELLED);
        buffer.putByte(length + 1, (byte) hosts.length);
        buffer.putByte(length + 2, (byte) fired.length);
        buffer.putLong(length + 8, tomb.position(), LITTLE);
        buffer.putLong(length + 16, tomb.cancelledNs(), LITTLE);
        int at = length + CANCELLED_HEADER + intent(length + CANCELLED_HEADER, tomb.intent());
        for (long word : hosts) {
            buffer.putLong(at, word, LITTLE);
            at += Long.BYTES;
        }
        for (long word : fired) {
            buffer.putLong(at, word, LITTLE);
            at += Long.BYTES;
        }
        added(at - length);
    }

    private void client(Clients.Client client) {
        buffer.putByte(length, CLIENT);
        buffer.putByte(length + 1, (byte) client.refusals().size());
        buffer.putLong(length + 8, client.id(), LITTLE);
        buffer.putLong(length + 16, client.number(), LITTLE);
        buffer.putLong(length + 24, client.forgotten(), LITTLE);
        int at = length + CLIENT_HEADER;
        for (Clients.Refusal refusal : client.refusals()) {
            buffer.putLong(at, refusal.number(), LITTLE);
            buffer.putInt(at + 8, refusal.index(), LITTLE);
            buffer.putInt(at + 12, refusal.result().code(), LITTLE);
            at += REFUSAL_LENGTH;
        }
        added(at - length);
    }

    private int readClient(DirectBuffer from, int at) {
        int refusals = from.getByte(at + 1) & 0xFF;
        Clients.Client client = log.clients().restore(from.getLong(at + 8, LITTLE), from.getLong(at + 16, LITTLE),
                from.getLong(at + 24, LITTLE));
        for (int i = 0; i < refusals; i++) {
            int next = at + CLIENT_HEADER + REFUSAL_LENGTH * i;
            client.refusals().add(new Clients.Refusal(from.getLong(next, LITTLE), from.getInt(next + 8, LITTLE),
                    IntentResult.of(from.getInt(next + 12, LITTLE))));
        }
        return CLIENT_HEADER + REFUSAL_LENGTH * refusals;
    }

    /** Reads a message. */
    public void onMessage(DirectBuffer message, int at, int messageLength) {
        int next = at;
        while (next < at + messageLength) {
            next += read(message, next);
        }
    }

    private int read(DirectBuffer from, int at) {
        byte type = from.getByte(at);
        int named = type == END ? 0 : 2 + (from.getByte(at + 1) & 0xFF);
        switch (type) {
            case NUMBERS -> {
                if (from.getByte(at + 1) != VERSION) {
                    throw new IllegalStateException("the snapshot has a format that this version cannot read: version="
                            + from.getByte(at + 1) + " known=" + VERSION);
                }
                log.restoreNumbers(longs(from, at + Long.BYTES, NUMBERS_LENGTH / Long.BYTES - 1));
                return NUMBERS_LENGTH;
            }
            case OWNER -> {
                log.restoreOwner(IntentCommands.name(from, at));
                return named;
            }
            case HOST -> {
                log.membership().restore(readHost(IntentCommands.name(from, at), longs(from, at + named, HOST_LONGS)));
                return named + Long.BYTES * HOST_LONGS;
            }
            case INTENT -> {
                log.restore(readIntent(from, at));
                return INTENT_LENGTH;
            }
            case CANCELLED -> {
                return readCancelled(from, at);
            }
            case CLIENT -> {
                return readClient(from, at);
            }
            case END -> {
                isComplete = true;
                return 1;
            }
            default -> throw new IllegalStateException("the snapshot is damaged: type=" + type);
        }
    }

    private Host readHost(String name, long... longs) {
        Host host = new Host(log.membership().hosts().size(), name, longs[0]);
        host.epoch = longs[1];
        host.fromNs = longs[2];
        host.untilNs = longs[3];
        host.earlierFromNs = longs[4];
        host.earlierUntilNs = longs[5];
        host.appliedPosition = longs[6];
        host.boundNs = longs[7];
        host.lagNs = longs[8];
        host.seenNs = longs[9];
        host.hasLeft = longs[10] != 0;
        host.isFollower = longs[11] != 0;
        return host;
    }

    private static Intent readIntent(DirectBuffer from, int at) {
        return new Intent(IntentCommands.ownerOrHost(from, at), IntentCommands.spec(from, at),
                from.getLong(at + 60, LITTLE), from.getLong(at + 68, LITTLE), from.getInt(at + 76, LITTLE))
                .restore(from.getLong(at + 80, LITTLE), from.getLong(at + 88, LITTLE), from.getInt(at + 96, LITTLE),
                        from.getInt(at + 100, LITTLE), from.getLong(at + 104, LITTLE), from.getLong(at + 112, LITTLE));
    }

    private int readCancelled(DirectBuffer from, int at) {
        int hosts = from.getByte(at + 1) & 0xFF;
        int fired = from.getByte(at + 2) & 0xFF;
        int words = at + CANCELLED_HEADER + INTENT_LENGTH;
        log.restore(new CancelledIntent(readIntent(from, at + CANCELLED_HEADER), from.getLong(at + 8, LITTLE),
                from.getLong(at + 16, LITTLE), BitSet.valueOf(longs(from, words, hosts)),
                BitSet.valueOf(longs(from, words + Long.BYTES * hosts, fired))));
        return CANCELLED_HEADER + INTENT_LENGTH + Long.BYTES * (hosts + fired);
    }

    private static long[] longs(DirectBuffer from, int at, int count) {
        long[] longs = new long[count];
        for (int i = 0; i < count; i++) {
            longs[i] = from.getLong(at + Long.BYTES * i, LITTLE);
        }
        return longs;
    }
}
