// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.timer.TimerCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A record of the journal other than a signal, allocated once and refilled for each entry. */
public final class Entry {
    /** Bytes in a block: header, ticket, next sequence, time, body. */
    static final int LENGTH = (4 + IntentsLayout.BODY_WORDS) * Long.BYTES;
    static final int COMMAND_WORDS = 7;
    /** APPLIED and PENDING: index in the body of the PENDING entry's ticket. */
    static final int PENDING_TICKET = COMMAND_WORDS;

    long ticket;
    long header;
    long nextSequence;
    long nowNs;
    /** The clock of {@link #nowNs} and of the times in the body; in a block, the block's clock. */
    JournalClock clock = JournalClock.NONE;
    final long[] body = new long[IntentsLayout.BODY_WORDS];

    /** An empty entry. */
    public Entry() {
        // Nothing to set.
    }

    /** The entry's ticket. */
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

    /** The command of an APPLIED, PENDING or SCHEDULE entry. */
    void command(TimerCommand command) {
        System.arraycopy(body, 0, command.fields(), 0, COMMAND_WORDS);
    }

    /** The name of an OWNER entry: up to 64 ASCII characters. */
    static void putName(String name, long[] body) {
        ByteBuffer bytes = ByteBuffer.allocate(body.length * Long.BYTES);
        bytes.put(name.getBytes(StandardCharsets.US_ASCII));
        bytes.clear();
        bytes.asLongBuffer().get(body);
    }

    String name() {
        return text(0, body.length);
    }

    /** Puts the version of the rules of time zones into two words. */
    static void putZoneRules(long[] body, int at) {
        byte[] version = ScheduleDefinition.zoneRulesVersion().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOf(version, 2 * Long.BYTES));
        body[at] = bytes.getLong();
        body[at + 1] = bytes.getLong();
    }

    /** The version of the rules of time zones of a START or SNAPSHOT_BEGIN entry; empty in one of an older daemon. */
    String zoneRules() {
        return text(kind() == EntryKind.START ? 1 : 0, 2);
    }

    private String text(int first, int words) {
        ByteBuffer bytes = ByteBuffer.allocate(words * Long.BYTES);
        bytes.asLongBuffer().put(body, first, words);
        return new String(bytes.array(), StandardCharsets.US_ASCII).replace("\0", "");
    }
}
