// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import io.tickbus.cli.Report;
import io.tickbus.cli.tail.FlagNames;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;

/** One slot's 64 bytes. */
final class DumpedSlot {
    private static final int FLAGS_MASK = 0xFF;
    private static final int OWNER_MASK = 0xFFFF;

    /** What the stamp says. */
    enum State {
        /** Never written. */
        EMPTY,
        /** Being written, or left half-written by a publisher that died. */
        WRITING,
        /** A whole signal. */
        COMMITTED
    }

    private final long slot;
    private final ByteBuffer bytes;

    DumpedSlot(long slot, ByteBuffer bytes) {
        this.slot = slot;
        this.bytes = bytes;
    }

    long slot() {
        return slot;
    }

    long stamp() {
        return bytes.getLong(SignalRecordLayout.STAMP);
    }

    State state() {
        return stamp() == 0 ? State.EMPTY : stamp() < 0 ? State.WRITING : State.COMMITTED;
    }

    /** The sequence that is, or is being, written; −1 without one. */
    long sequence() {
        return stamp() == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(stamp()) - 1;
    }

    long publishedNs() {
        return bytes.getLong(SignalRecordLayout.PUBLISHED_NS);
    }

    long deadlineNs() {
        return bytes.getLong(SignalRecordLayout.DEADLINE_NS);
    }

    int payloadLength() {
        return bytes.get(SignalRecordLayout.PAYLOAD_LENGTH) & FLAGS_MASK;
    }

    private int flags() {
        return bytes.get(SignalRecordLayout.FLAGS) & FLAGS_MASK;
    }

    private long generation() {
        return Integer.toUnsignedLong(bytes.getInt(SignalRecordLayout.GENERATION));
    }

    private int missed() {
        boolean isCoalesced = (flags() & SignalRecordLayout.FLAG_COALESCED) != 0;
        return isCoalesced ? bytes.getInt(SignalRecordLayout.MISSED) : 0;
    }

    private String payload() {
        return hex(SignalRecordLayout.PAYLOAD, Math.min(payloadLength(), SignalRecordLayout.MAX_PAYLOAD_LENGTH));
    }

    private String hex(int offset, int length) {
        byte[] copy = new byte[length];
        bytes.get(offset, copy);
        return HexFormat.of().formatHex(copy);
    }

    Report report(boolean isRaw) {
        Report report = new Report().with("slot", slot).with("offset", DumpFile.slotOffset(slot))
                .with("state", state().name().toLowerCase(Locale.ROOT)).with("stamp", stamp())
                .with("sequence", state() == State.EMPTY ? null : sequence())
                .with("publishedNs", publishedNs()).with("deadlineNs", deadlineNs())
                .with("key", Long.toString(bytes.getLong(SignalRecordLayout.KEY)))
                .with("signalId", bytes.getInt(SignalRecordLayout.SIGNAL_ID))
                .with("owner", bytes.getShort(SignalRecordLayout.OWNER) & OWNER_MASK)
                .with("flags", FlagNames.of(flags())).with("payloadLength", payloadLength())
                .with("occurrence", bytes.getInt(SignalRecordLayout.OCCURRENCE))
                .with("generation", generation()).with("missed", missed()).with("payload", payload());
        return isRaw ? report.with("raw", hex(0, SignalRecordLayout.LENGTH)) : report;
    }
}
