// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static io.tickbus.core.internal.file.BusFixture.assertFails;
import static io.tickbus.core.internal.file.BusFixture.put;
import static io.tickbus.core.internal.file.BusFixture.resize;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.platform.HostIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each thing that can differ is refused by its own reason, with what was found and what was expected. */
class SignalsCheckTest {
    private static final int LENGTH = 4096 + 8 * 64;

    @TempDir
    Path folder;

    private BusDirectory directory;
    private Path signals;

    @BeforeEach
    void createBus() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        BusFixture.create(directory, 3);
        signals = directory.signals();
    }

    @Test
    void shouldAttachWhenNothingDiffers() {
        assertEquals(3, SignalsFile.attach(directory).header().nextSequence());
        assertEquals(LENGTH, BusFixture.bytes(signals).length);
    }

    @Test
    void shouldRefuseWrongMagic() {
        put(signals, 0, 0x1122_3344_5566_7788L);
        assertRefused(Reason.WRONG_MAGIC, "magic=0x1122334455667788", "expected=0x314749534b434954");
    }

    @Test
    void shouldRefuseUnfinishedFile() {
        put(signals, 0, 0L);
        assertRefused(Reason.WRONG_MAGIC, "magic=0x0", "expected=0x314749534b434954");
    }

    @Test
    void shouldRefuseFileOfOtherByteOrder() {
        put(signals, 0, Long.reverseBytes(0x3147_4953_4B43_4954L));
        put(signals, 12, 0x0D0C_0B0A);
        assertRefused(Reason.WRONG_BYTE_ORDER, "byteOrder=0xd0c0b0a", "expected=0xa0b0c0d");
    }

    @Test
    void shouldRefuseSwappedMagic() {
        put(signals, 0, Long.reverseBytes(0x3147_4953_4B43_4954L));
        assertRefused(Reason.WRONG_BYTE_ORDER, "magic=0x5449434b53494731", "expected=0x314749534b434954");
    }

    @Test
    void shouldRefuseSwappedMark() {
        put(signals, 12, 0x0D0C_0B0A);
        assertRefused(Reason.WRONG_BYTE_ORDER, "byteOrder=0xd0c0b0a", "expected=0xa0b0c0d");
    }

    @Test
    void shouldRefuseOtherVersion() {
        put(signals, 8, 3);
        assertRefused(Reason.WRONG_VERSION, "layoutVersion=3", "expected=2");
    }

    @Test
    void shouldRefuseOtherHeaderLength() {
        put(signals, 16, 8192);
        assertRefused(Reason.WRONG_RECORD_SIZE, "headerBytes=8192", "expected=4096");
    }

    @Test
    void shouldRefuseOtherRecordLength() {
        put(signals, 20, 128);
        assertRefused(Reason.WRONG_RECORD_SIZE, "recordBytes=128", "and 64");
    }

    @Test
    void shouldRefuseSlotCountOutsideLimits() {
        for (long slots : new long[] {0, 1, 3, 7, -8, 1L << 25, 1L << 40, Long.MIN_VALUE}) {
            put(signals, 24, slots);
            assertRefused(Reason.CORRUPT, "slotCount=" + slots, "power of two from 2 to 16777216");
        }
    }

    @Test
    void shouldRefuseSlotCountThatContradictsLength() {
        put(signals, 24, 16L);
        assertRefused(Reason.WRONG_LENGTH, "has 4608 bytes", "need 5120");
    }

    @Test
    void shouldRefuseStatedLengthThatDiffers() {
        put(signals, 32, 4609L);
        assertRefused(Reason.WRONG_LENGTH, "states 4609", "need 4608");
    }

    @Test
    void shouldRefuseShortFile() {
        for (int length : new int[] {LENGTH - 1, LENGTH - 64, 4096}) {
            resize(signals, length);
            assertRefused(Reason.WRONG_LENGTH, "has " + length + " bytes", "need 4608");
        }
        for (int length : new int[] {4095, 8, 1, 0}) {
            resize(signals, length);
            assertRefused(Reason.WRONG_LENGTH, "has " + length + " bytes", "4096");
        }
    }

    @Test
    void shouldRefuseLongFile() {
        for (int length : new int[] {LENGTH + 1, 2 * LENGTH}) {
            resize(signals, length);
            assertRefused(Reason.WRONG_LENGTH, "has " + length + " bytes", "need 4608");
        }
    }

    @Test
    void shouldRefuseOtherClock() {
        put(signals, 44, 7);
        assertRefused(Reason.CORRUPT, "clockId=7", "expected=1");
    }

    @Test
    void shouldRefuseNegativeBase() {
        put(signals, 48, -5L);
        assertRefused(Reason.CORRUPT, "baseSequence=-5", "expected");
    }

    @Test
    void shouldRefuseOtherBoot() throws IOException {
        put(signals, 64, 0x0706_0504_0302_0100L);
        put(signals, 72, 0x0F0E_0D0C_0B0A_0908L);
        byte[] before = Files.readAllBytes(signals);
        BusException e = assertFails(Reason.WRONG_BOOT_ID, () -> SignalsFile.attach(directory));
        assertMentions(e, "bootId=00010203-0405-0607-0809-0a0b0c0d0e0f",
                "expected=" + HostIdentity.current().bootId());
        assertArrayEquals(before, Files.readAllBytes(signals));
        assertEquals(3, SignalsFile.inspect(directory).header().nextSequence());
    }

    @Test
    void shouldRefuseOtherTimeNamespace() throws IOException {
        put(signals, 80, 12_345L);
        put(signals, 88, 86_400_000_000_000L);
        byte[] before = Files.readAllBytes(signals);
        BusException e = assertFails(Reason.WRONG_TIME_NAMESPACE, () -> SignalsFile.attach(directory));
        assertMentions(e, "offsetNs=86400000000000", "here=" + HostIdentity.current().monotonicOffsetNs());
        assertArrayEquals(before, Files.readAllBytes(signals));
    }

    @Test
    void shouldAttachWhenNamespaceDiffersButClockDoesNot() {
        put(signals, 80, 12_345L);
        assertEquals(3, SignalsFile.attach(directory).header().nextSequence());
    }

    @Test
    void shouldAttachWhenBootIsUnknown() {
        put(signals, 64, 0L);
        put(signals, 72, 0L);
        assertEquals(3, SignalsFile.attach(directory).header().nextSequence());
    }

    /** By subscribers, by inspection and by a publisher; and nobody changes it. */
    private void assertRefused(Reason reason, String found, String expected) {
        byte[] before = BusFixture.bytes(signals);
        assertMentions(assertFails(reason, () -> SignalsFile.attach(directory)), found, expected);
        assertMentions(assertFails(reason, () -> SignalsFile.inspect(directory)), found, expected);
        assertMentions(assertFails(reason, () -> WritableBus.open(directory, BusFixture.SMALL)), found, expected);
        assertArrayEquals(before, BusFixture.bytes(signals), "the file was changed");
        assertEquals(OwnerLock.Probe.FREE, OwnerLock.probe(directory.lock()));
    }

    private void assertMentions(BusException e, String found, String expected) {
        assertTrue(e.getMessage().contains(found), e.getMessage());
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertTrue(e.getMessage().startsWith(signals + ": "), e.getMessage());
    }
}
