// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.platform.HostIdentity;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Checks a header for contradictions, and says which host wrote it. */
final class HeaderCheck {
    private static final int RESERVED = SignalsLayout.NEXT_SEQUENCE + 128;

    private final DumpFile file;
    private final Findings findings;

    HeaderCheck(DumpFile file, Findings findings) {
        this.file = file;
        this.findings = findings;
    }

    void run() {
        if (file.header().limit() < SignalsLayout.HEADER_LENGTH) {
            findings.add("the file has " + file.length() + " bytes and ends within its header of "
                    + SignalsLayout.HEADER_LENGTH);
        }
        identity();
        geometry();
        publisher();
        boolean isReservedUsed = false;
        for (int offset = RESERVED; offset < file.header().limit(); offset++) {
            isReservedUsed |= file.header().get(offset) != 0;
        }
        findings.addIf(isReservedUsed, "reserved bytes from offset " + RESERVED + " on are not zero");
    }

    private void identity() {
        expect("magic", file.headerLong(FileHeaderLayout.MAGIC), SignalsLayout.MAGIC_VALUE);
        expect("layoutVersion", file.headerInt(FileHeaderLayout.LAYOUT_VERSION), SignalsLayout.VERSION);
        expect("byteOrder", file.headerInt(FileHeaderLayout.BYTE_ORDER), FileHeaderLayout.BYTE_ORDER_VALUE);
        expect("headerBytes", file.headerInt(FileHeaderLayout.HEADER_BYTES), SignalsLayout.HEADER_LENGTH);
        expect("recordBytes", file.headerInt(FileHeaderLayout.RECORD_BYTES), SignalRecordLayout.LENGTH);
        expect("clockId", file.headerInt(SignalsLayout.CLOCK_ID), SignalsLayout.CLOCK_MONOTONIC);
    }

    private void expect(String name, long value, long expected) {
        findings.addIf(value != expected, name + " is " + value + " (0x" + Long.toHexString(value) + ") and should be "
                + expected + " (0x" + Long.toHexString(expected) + ")");
    }

    private void geometry() {
        long slots = file.headerLong(FileHeaderLayout.SLOT_COUNT);
        if (!DumpFile.isPlausible(slots)) {
            findings.add("slotCount is " + slots + ", no power of two that a ring may have; the slots are read as the"
                    + " file's length suggests");
        } else {
            long expected = SignalsLayout.fileLength((int) slots);
            findings.addIf(file.length() != expected, "the file has " + file.length() + " bytes, but " + slots
                    + " slots need " + expected);
            findings.addIf(file.headerLong(FileHeaderLayout.FILE_LENGTH) != expected, "fileLength states "
                    + file.headerLong(FileHeaderLayout.FILE_LENGTH) + ", but " + slots + " slots need " + expected);
        }
        int known = SignalsLayout.OPTION_PARKING | SignalsLayout.OPTION_FUTEX;
        int unknown = file.headerInt(SignalsLayout.OPTIONS) & ~known;
        findings.addIf(unknown != 0, "options has unknown bits: 0x" + Integer.toHexString(unknown));
        findings.addIf(file.headerLong(SignalsLayout.BASE_SEQUENCE) < 0, "baseSequence is negative");
    }

    private void publisher() {
        int state = file.headerInt(SignalsLayout.STATE);
        findings.addIf(state < SignalsLayout.STATE_OPEN || state > SignalsLayout.STATE_REPLACED,
                "state is " + state + ", which has no meaning");
        findings.addIf(file.headerLong(SignalsLayout.EPOCH) < 1, "epoch is less than 1");
        findings.addIf(file.headerLong(SignalsLayout.HEARTBEAT_INTERVAL_NS) < TimeUnit.MILLISECONDS.toNanos(1),
                "heartbeatIntervalNs is less than a millisecond");
        long base = file.headerLong(SignalsLayout.BASE_SEQUENCE);
        long next = file.headerLong(SignalsLayout.NEXT_SEQUENCE);
        long epochSequence = file.headerLong(SignalsLayout.EPOCH_SEQUENCE);
        findings.addIf(next < base, "nextSequence " + next + " is before baseSequence " + base);
        findings.addIf(epochSequence < base || epochSequence > next,
                "epochSequence " + epochSequence + " is not between baseSequence and nextSequence");
    }

    /** In words, whether this host wrote the file since it was booted; its times mean nothing here otherwise. */
    String origin() {
        if (file.header().limit() < SignalsLayout.HEADER_LENGTH) {
            return "unknown";
        }
        UUID bootId = new UUID(Long.reverseBytes(file.headerLong(SignalsLayout.BOOT_ID)),
                Long.reverseBytes(file.headerLong(SignalsLayout.BOOT_ID + Long.BYTES)));
        HostIdentity writer = new HostIdentity(bootId, file.headerLong(SignalsLayout.TIME_NAMESPACE),
                file.headerLong(SignalsLayout.MONOTONIC_OFFSET_NS));
        HostIdentity here = HostIdentity.current();
        if (!writer.isSameBoot(here)) {
            return "another boot or another host";
        }
        return writer.hasSameClock(here) ? "this boot" : "another time namespace";
    }
}
