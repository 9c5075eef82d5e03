// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DueTimeTest {
    private static final Instant NOON = Instant.parse("2026-12-01T12:00:00Z");

    @Test
    void shouldCountFromBothClocksAsTheyStand() {
        DueTime noon = DueTime.parse("2026-12-01T12:00:00.250Z");
        assertEquals(1_250_000_000L, noon.delayNs(NOON.minusSeconds(1), 7));
        assertEquals(-59_750_000_000L, noon.delayNs(NOON.plusSeconds(60), 7));
    }

    @Test
    void shouldTakeNanosecondsOfTheMonotonicClock() {
        assertEquals(123_456_789_007L, DueTime.parse("monotonic:123456789012").delayNs(NOON, 5));
        assertEquals(5 - Long.MAX_VALUE, -DueTime.parse("monotonic:" + Long.MAX_VALUE).delayNs(NOON, 5));
    }

    @ParameterizedTest
    @CsvSource({"1796126400, @SECONDS", "1796126400, be seconds", "1796126400000, be milliseconds",
        "1796126400000000000, be nanoseconds", "5, monotonic:"})
    void shouldRefuseNumberWithoutUnit(String text, String said) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> DueTime.parse(text));
        assertTrue(e.getMessage().contains(said), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"monotonic:", "monotonic:x", "monotonic:99999999999999999999", "noon"})
    void shouldRefuseWhatIsNoTime(String text) {
        assertThrows(IllegalArgumentException.class, () -> DueTime.parse(text));
    }

    @Test
    void shouldRefuseWhatIsTooFarAway() {
        for (String text : new String[] {"2926-12-01T12:00:00Z", "2126-12-02T12:00:00Z"}) {
            DueTime far = DueTime.parse(text);
            assertThrows(IllegalArgumentException.class, () -> far.delayNs(NOON, 5), text);
        }
        assertTrue(DueTime.parse("2126-10-01T12:00:00Z").delayNs(NOON, 5) > 0);
    }

    @Test
    void shouldSayAndFireAtOnceOrInPhaseWhenPast() {
        DueTime noon = DueTime.parse("2026-12-01T12:00:00Z");
        long delayNs = noon.delayNs(NOON.plusSeconds(90), 5);
        assertEquals(0, noon.nextNs(delayNs, 0));
        assertEquals(30_000_000_000L, noon.nextNs(delayNs, 60_000_000_000L));
        assertEquals("that time was 1 m 30 s ago, so the timer is due at once", noon.remark(delayNs, 0));
        assertTrue(noon.remark(delayNs, 1).contains("at its next period"));
        assertEquals("", noon.remark(1, 0));
    }
}
