// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationTextTest {
    @ParameterizedTest
    @CsvSource({"0,0", "250ns,250", "1us,1000", "1µs,1000", "1μs,1000", "1ms,1000000", "1.5s,1500000000",
        "2m,120000000000", "1h,3600000000000", "1d,86400000000000", "1m30s,90000000000", "0.5us,500",
        "9223372036854775807ns,9223372036854775807"})
    void shouldParse(String text, long ns) {
        assertEquals(ns, DurationText.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "ms", "-1ms", "1 ms", "1ms2", "1x", "1.ms", "0.5ns", "300000d",
        "9223372036854775808ns", "1e3s", "NaN"})
    void shouldRefuseWhatIsNoDuration(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> DurationText.parse(text)).getMessage();
        assertTrue(message.contains("duration=" + text), message);
    }

    @ParameterizedTest
    @CsvSource({"0,0 ns", "999,999 ns", "1000,1 µs", "1234567,1.23 ms", "999999,1 ms", "59999000000,60 s",
        "90000000000,1 m 30 s", "7500000000000,2 h 5 m", "93600000000000,1 d 2 h", "-1500,−1.5 µs"})
    void shouldFormatForPeople(long ns, String text) {
        assertEquals(text, DurationText.format(ns));
    }

    @Test
    void shouldFormatTheSmallestNumber() {
        assertEquals("−292 years", DurationText.format(Long.MIN_VALUE));
    }
}
