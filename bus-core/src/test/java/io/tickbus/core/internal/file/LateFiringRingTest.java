// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.CounterUnit;
import io.tickbus.core.LateCause;
import io.tickbus.core.LateFiring;
import io.tickbus.core.SignalRecord;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is written is read whole and once, and what is gone is counted. */
class LateFiringRingTest {
    private static final int SLOTS = 8;

    private final LateFiringRing ring = CountersFile.inMemory(new CountersFile.Contents(
            List.of(new CounterDefinition(1, CounterUnit.EVENTS, "one")), List.of(), SLOTS)).lateFirings();
    private final LateFiringReader reader = ring.reader();
    private final SignalRecord signal = new SignalRecord();

    private void write(long from, long to) {
        for (long sequence = from; sequence < to; sequence++) {
            ring.record(signal.sequence(sequence).publishedNs(100 * sequence), LateCause.HERD, 4, 1, 2);
        }
    }

    @Test
    void shouldKeepEveryField() {
        assertNull(reader.poll());
        signal.deadlineNs(Long.MAX_VALUE - 1).signalId(-1).owner(65_535).generation(Integer.MIN_VALUE).flags(0xFF);
        for (LateCause cause : LateCause.values()) {
            ring.record(signal.sequence(9).publishedNs(7), cause, 255, -5, Long.MIN_VALUE);
            assertEquals(new LateFiring(Long.MAX_VALUE - 1, 7, 9, -1, cause, 255, 0xFF, 65_535, Integer.MIN_VALUE, -5,
                    Long.MIN_VALUE), reader.poll());
        }
    }

    @Test
    void shouldReadEachOnceAndCountWhatWasOverwritten() {
        write(0, 5);
        for (int i = 0; i < 5; i++) {
            assertEquals(i, reader.poll().sequence());
        }
        assertNull(reader.poll());
        write(5, 5 + 3 * SLOTS);
        long next = 5 + reader.overwritten();
        for (LateFiring late = reader.poll(); late != null; late = reader.poll()) {
            next = late.sequence() + 1;
        }
        assertEquals(5 + 3 * SLOTS, next);
        assertTrue(reader.overwritten() >= 2 * SLOTS && reader.overwritten() <= 2 * SLOTS + 1,
                "overwritten=" + reader.overwritten());
    }

    @Test
    void shouldBeginWithTheOldestThatIsThere() {
        write(0, 100);
        LateFiringReader late = ring.reader();
        assertEquals(late.overwritten(), late.poll().sequence());
        List<LateFiring> all = ring.readAll();
        assertEquals(99, all.get(all.size() - 1).sequence());
        assertEquals(SLOTS - 1, all.size());
    }

    /** Programs of other languages depend on the numbers. */
    @Test
    void shouldKeepCodesOfCauses() {
        assertEquals("UNKNOWN ARMED_LATE HERD COMMAND_BACKLOG JOURNAL GC SAFEPOINT JIT PAGE_FAULT NOT_SCHEDULED STOLEN "
                + "PROCESSOR_HALTED CLOCK_STEP STOPPED", String.join(" ", Arrays.stream(LateCause.values())
                .sorted((a, b) -> Integer.compare(a.code(), b.code())).map(Enum::name).toList()));
        Set<String> labels = new HashSet<>();
        for (LateCause cause : LateCause.values()) {
            assertEquals(cause, LateCause.of(cause.code()));
            assertTrue(labels.add(cause.label()), cause.label());
        }
        for (int code : new int[] {-1, 14, 255, Integer.MAX_VALUE}) {
            assertEquals(LateCause.UNKNOWN, LateCause.of(code));
        }
    }
}
