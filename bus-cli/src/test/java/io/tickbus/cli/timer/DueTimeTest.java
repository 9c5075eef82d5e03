package io.tickbus.cli.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class DueTimeTest {
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
    private static final Instant NOON = Instant.parse("2026-12-01T12:00:00Z");

    @ParameterizedTest
    @ValueSource(strings = {"2026-12-01T12:00:00Z", "2026-12-01T12:00Z", "2026-12-01T14:00:00+02:00",
        "2026-12-01T21:00:00", "2026-12-01T21:00"})
    void shouldReadTheSamePointInTime(String text) {
        assertEquals(NOON, DueTime.parse(text, ZONE).instant());
    }

    @Test
    void shouldCountFromBothClocksAsTheyStand() {
        DueTime noon = DueTime.parse("2026-12-01T12:00:00.250Z", ZONE);
        assertEquals(1_250_000_007L, noon.deadlineNs(NOON.minusSeconds(1), 7));
        assertEquals(0, noon.deadlineNs(NOON.plusSeconds(60), 7));
    }

    @Test
    void shouldTakeNanosecondsAsTheyAre() {
        assertEquals(123_456_789_012L, DueTime.parse("123456789012", ZONE).deadlineNs(NOON, 5));
    }

    @Test
    void shouldRefuseWhatIsNoTimeOrTooFarAway() {
        for (String text : new String[] {"noon", "12:00", "-5", "2026-13-01T12:00:00Z", "2026-12-01", "", "99999999999999999999"}) {
            assertThrows(TypeConversionException.class, () -> DueTime.parse(text, ZONE), text);
        }
        DueTime far = DueTime.parse("2926-12-01T12:00:00Z", ZONE);
        assertThrows(IllegalArgumentException.class, () -> far.deadlineNs(NOON, 5));
    }
}
