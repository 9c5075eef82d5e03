// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import io.tickbus.cli.Report;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Scans slots a mebibyte at a time, counts their states and notes what contradicts the header. */
final class SlotScan {
    private static final int SLOTS_PER_READ = 1 << 14;

    private final DumpFile file;
    private final Findings findings;
    private final long slotCount;
    private long empty;
    private long writing;
    private long committed;
    private long newest = -1;

    SlotScan(DumpFile file, Findings findings) {
        this.file = file;
        this.findings = findings;
        this.slotCount = file.slotCount();
    }

    /** The slots of a range that are really there, read as they are asked for. */
    static Iterable<DumpedSlot> slots(DumpFile file, SlotRange range) {
        long end = Math.min(range.last() + 1, file.presentSlots());
        return () -> LongStream.iterate(range.first(), at -> at < end, at -> at + SLOTS_PER_READ).boxed()
                .flatMap(at -> read(file, at, (int) Math.min(SLOTS_PER_READ, end - at))).iterator();
    }

    private static Stream<DumpedSlot> read(DumpFile file, long first, int count) {
        ByteBuffer bytes = file.read(DumpFile.slotOffset(first), count * SignalRecordLayout.LENGTH);
        return IntStream.range(0, bytes.limit() / SignalRecordLayout.LENGTH).mapToObj(i -> new DumpedSlot(first + i,
                bytes.slice(i * SignalRecordLayout.LENGTH, SignalRecordLayout.LENGTH).order(ByteOrder.LITTLE_ENDIAN)));
    }

    /** Checks every slot. A running publisher continues meanwhile, and what it wrote since is no fault. */
    void run() {
        long base = file.headerLong(SignalsLayout.BASE_SEQUENCE);
        long nextBefore = file.headerLong(SignalsLayout.NEXT_SEQUENCE);
        for (DumpedSlot slot : slots(file, new SlotRange(0, slotCount - 1))) {
            count(slot);
            check(slot, base, nextBefore);
        }
        long nextAfter = nextSequenceNow();
        findings.addIf(newest > nextAfter, "the newest slot has sequence " + newest + ", but nextSequence is "
                + nextAfter);
        findings.addIf(newest < nextBefore - 1 && nextBefore > base, "nextSequence is " + nextBefore
                + ", but the newest slot has " + (newest < 0 ? "nothing" : "sequence " + newest));
        findings.addIf(writing > 1 && nextAfter == nextBefore,
                writing + " slots are half-written; one writer leaves at most one");
    }

    private long nextSequenceNow() {
        ByteBuffer now = file.read(SignalsLayout.NEXT_SEQUENCE, Long.BYTES);
        return now.limit() < Long.BYTES ? 0 : now.getLong(0);
    }

    private void count(DumpedSlot slot) {
        switch (slot.state()) {
            case EMPTY -> empty++;
            case WRITING -> writing++;
            case COMMITTED -> {
                committed++;
                newest = Math.max(newest, slot.sequence());
            }
        }
    }

    private void check(DumpedSlot slot, long base, long nextBefore) {
        String name = "slot " + slot.slot() + ": ";
        if (slot.state() == DumpedSlot.State.EMPTY) {
            findings.addIf(base + slotCount <= nextBefore, name + "is empty, although the ring has been full");
            return;
        }
        long sequence = slot.sequence();
        findings.addIf(sequence % slotCount != slot.slot(), name + "sequence " + sequence
                + " belongs elsewhere");
        boolean isPossible = sequence >= base && sequence >= nextBefore - slotCount
                && (sequence <= nextBefore || sequence <= nextSequenceNow());
        findings.addIf(!isPossible, name + "sequence " + sequence + " is outside the ring's range"
                + " (nextSequence " + nextBefore + ")");
        if (slot.state() == DumpedSlot.State.COMMITTED) {
            findings.addIf(slot.payloadLength() > SignalRecordLayout.MAX_PAYLOAD_LENGTH, name + "payloadLength is "
                    + slot.payloadLength() + " and can be at most " + SignalRecordLayout.MAX_PAYLOAD_LENGTH);
            findings.addIf(slot.publishedNs() < slot.deadlineNs(), name + "published before it was due");
        }
    }

    Report report() {
        return new Report().with("slots", slotCount).with("committed", committed).with("writing", writing)
                .with("empty", empty);
    }

    /** The highest sequence that is committed; −1 without one. */
    long newest() {
        return newest;
    }
}
