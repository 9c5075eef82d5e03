// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimeTextTest {
    private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @ValueSource(strings = {"2026-12-01T12:00:00Z", "2026-12-01T12:00Z", "2026-12-01T14:00:00+02:00",
        "2026-12-01T21:00:00", "2026-12-01T21:00", "@1796126400", "@1796126400.000"})
    void shouldReadTheSamePointInTime(String text) {
        assertEquals(Instant.parse("2026-12-01T12:00:00Z"), TimeText.parse(text, TOKYO, null).instant());
    }

    @Test
    void shouldReadFractionsOfSeconds() {
        assertEquals(Instant.parse("2026-12-01T12:00:00.250Z"),
                TimeText.parse("@1796126400.25", TOKYO, null).instant());
        assertEquals(Instant.ofEpochSecond(-2, 500_000_000), TimeText.parse("@-1.5", TOKYO, null).instant());
    }

    @Test
    void shouldSaturateBeyondWhat64BitsOfNanosecondsCanSay() {
        assertEquals(Long.MAX_VALUE, TimeText.parse("9999-12-31T23:59:59.999Z", TOKYO, null).saturatedNs());
        assertEquals(Long.MAX_VALUE, TimeText.parse("2262-04-11T23:47:16.854775807Z", TOKYO, null).saturatedNs());
        assertEquals(Long.MIN_VALUE, TimeText.parse("0001-01-01T00:00:00Z", TOKYO, null).saturatedNs());
        assertEquals(1_796_126_400_250_000_000L, TimeText.parse("@1796126400.25", TOKYO, null).saturatedNs());
    }

    @ParameterizedTest
    @CsvSource({"2027-03-28T02:30:00, no such time", "2026-10-25T02:30:00, comes twice"})
    void shouldRefuseLocalTimeThatIsNoneOrTwo(String text, String said) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TimeText.parse(text, BERLIN, null));
        assertTrue(e.getMessage().contains(said) && e.getMessage().contains("+02:00"), e.getMessage());
        TimeText.parse(text + "+02:00", BERLIN, null);
    }

    @Test
    void shouldRefuseLocalTimeWhenZoneOfVariableIsUnknown() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> TimeText.parse("2027-03-28T12:30:00", ZoneId.of("UTC"), "Nonsense/Zone"));
        assertTrue(e.getMessage().endsWith("TZ=Nonsense/Zone"), e.getMessage());
        TimeText.parse("2027-03-28T12:30:00Z", ZoneId.of("UTC"), "Nonsense/Zone");
        for (String known : new String[] {"", ":Europe/Berlin", "Europe/Berlin", "UTC", "/etc/localtime",
            "/usr/share/zoneinfo/Europe/Berlin"}) {
            assertEquals("2027-03-28T12:30+02:00[Europe/Berlin]",
                    TimeText.parse("2027-03-28T12:30:00", BERLIN, known).toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"noon", "12:00", "-5", "2026-13-01T12:00:00Z", "2026-12-01", "", "@", "@1e9",
        "@9999999999999", "5"})
    void shouldRefuseWhatIsNoTime(String text) {
        assertThrows(IllegalArgumentException.class, () -> TimeText.parse(text, TOKYO, null));
    }
}
