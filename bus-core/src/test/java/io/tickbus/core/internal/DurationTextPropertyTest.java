// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against exact arithmetic: what fits into 64 bits comes out to the nanosecond, all else is refused, nothing wraps. */
class DurationTextPropertyTest {
    private static final String[] UNITS = {"ns", "us", "ms", "s", "m", "h", "d"};
    private static final long[] NS = {1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000L, 3_600_000_000_000L,
        86_400_000_000_000L};
    private static final int ROUNDS = 20_000;

    @Test
    void shouldSumPartsExactlyOrRefuse() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            StringBuilder text = new StringBuilder();
            BigDecimal sum = BigDecimal.ZERO;
            for (int part = random.nextInt(3); part >= 0; part--) {
                int unit = random.nextInt(UNITS.length);
                String number = Long.toString(random.nextLong() >>> (1 + random.nextInt(62)))
                        + (random.nextInt(3) == 0 ? "." + random.nextInt(1000) : "");
                text.append(number).append(UNITS[unit]);
                sum = sum.add(new BigDecimal(number).multiply(BigDecimal.valueOf(NS[unit])));
            }
            check(text.toString(), sum, "seed=" + seed);
        }
    }

    private static void check(String text, BigDecimal sum, String seed) {
        boolean isWhole = sum.stripTrailingZeros().scale() <= 0;
        if (isWhole && sum.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
            assertEquals(sum.longValueExact(), DurationText.parse(text), () -> text + " " + seed);
        } else {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> DurationText.parse(text),
                    () -> text + " " + seed);
            assertTrue(e.getMessage().contains("at most 292 years"), e.getMessage());
        }
    }

    @Test
    void shouldReadWhatItHasWrittenUpToItsRounding() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            long ns = random.nextLong() >>> (1 + random.nextInt(62));
            long back = DurationText.parse(DurationText.format(ns).replace(" ", ""));
            // Three digits, or whole seconds of minutes, minutes of hours, hours of days.
            long most = Math.max(ns / 199, ns < NS[4] ? 0 : ns < NS[5] ? NS[3] : ns < NS[6] ? NS[4] : NS[5]);
            assertTrue(Math.abs(back - ns) <= most, () -> ns + " became " + back + " seed=" + seed);
        }
    }

    @Test
    void shouldRefuseLongTextAtOnce() {
        assertThrows(IllegalArgumentException.class, () -> DurationText.parse("9".repeat(1_000_000) + "d"));
        assertThrows(IllegalArgumentException.class, () -> DurationText.parse("1d".repeat(1_000_000)));
    }
}
