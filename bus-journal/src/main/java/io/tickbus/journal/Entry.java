package io.tickbus.journal;

import io.tickbus.core.timer.TimerCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** One record of the journal that is no signal, made once and filled for each. */
public final class Entry {
    /** Bytes in a block: header, ticket, next sequence, time, body. */
    static final int LENGTH = (4 + IntentsLayout.BODY_WORDS) * Long.BYTES;
    static final int COMMAND_WORDS = 7;
    /** APPLIED: where the body has the ticket of the intent. */
    static final int PENDING_TICKET = COMMAND_WORDS;

    long ticket;
    long header;
    long nextSequence;
    long nowNs;
    /** The clock of {@link #nowNs} and of what the body has; in a block, that of the block. */
    JournalClock clock = JournalClock.NONE;
    final long[] body = new long[IntentsLayout.BODY_WORDS];

    /** An entry of zeros, which is none. */
    public Entry() {
        // Nothing to set.
    }

    /** The ticket. */
    public long ticket() {
        return ticket;
    }

    /** The body; not a copy. */
    public long[] body() {
        return body;
    }

    EntryKind kind() {
        return EntryKind.of(header);
    }

    int owner() {
        return EntryKind.owner(header);
    }

    /** The command of APPLIED and PENDING. */
    void command(TimerCommand command) {
        System.arraycopy(body, 0, command.fields(), 0, COMMAND_WORDS);
    }

    /** The name of OWNER: up to 64 ASCII characters. */
    static void putName(String name, long[] body) {
        ByteBuffer bytes = ByteBuffer.allocate(body.length * Long.BYTES);
        bytes.put(name.getBytes(StandardCharsets.US_ASCII));
        bytes.clear();
        bytes.asLongBuffer().get(body);
    }

    String name() {
        ByteBuffer bytes = ByteBuffer.allocate(body.length * Long.BYTES);
        bytes.asLongBuffer().put(body);
        return new String(bytes.array(), StandardCharsets.US_ASCII).replace("\0", "");
    }
}
