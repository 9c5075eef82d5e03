// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.timer.ReplyCode;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TimerSpecTest {
    private static final long START_NS = 1_000_000_000;

    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT);

    @Test
    void shouldParseWithAndWithoutKey() {
        assertEquals(new TimerSpec(1_000_000, 42, null), TimerSpec.parse("1ms:42"));
        assertEquals(new TimerSpec(10_000, -7, 0xFFL), TimerSpec.parse("10us:-7:0xff"));
        assertEquals(new TimerSpec(1_000_000, 10, 10L), TimerSpec.parse("1ms:010:010"));
        assertEquals("1ms:42", TimerSpec.parse("1ms:42").toString());
        assertEquals("10ms:7:0", TimerSpec.parse("10ms:7:0").toString());
    }

    @Test
    void shouldGiveEachTimerAKeyOfItsOwn() {
        arm("1ms:10", "2ms:11:0", "3ms:12", "4ms:13:2", "5ms:14");
        Map<Long, Integer> signals = new TreeMap<>();
        engine.expire(START_NS + 5_000_000, 1_000, firing -> {
            signals.put(firing.key(), firing.signalId());
            return 0;
        });
        assertEquals(Map.of(1L, 10, 0L, 11, 3L, 12, 2L, 13, 4L, 14), signals);
    }

    @Test
    void shouldFireFirstOnePeriodAfterStart() {
        arm("1ms:10");
        assertEquals(START_NS + 1_000_000, engine.nextDeadlineNs());
        assertEquals(ReplyCode.CANCELLED, engine.cancel(0));
    }

    @Test
    void shouldLeaveNoTimerWhenItOnlyChecks() {
        TimerSpec.check(parse("1ms:10", "2ms:11:7"), engine, START_NS, 100_000);
        assertEquals(0, engine.pending());
        engine.quotas(new TimerQuotas(1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> TimerSpec.check(parse("1ms:10", "2ms:11:7"), engine,
                START_NS, 100_000));
    }

    @Test
    void shouldTellKeysGivenTwice() {
        assertTrue(TimerSpec.haveDifferentKeys(parse("1ms:10:5", "2ms:11:6", "3ms:10", "4ms:10")));
        assertFalse(TimerSpec.haveDifferentKeys(parse("1ms:10:5", "2ms:11:5")));
    }

    private void arm(String... specs) {
        TimerSpec.arm(parse(specs), engine, START_NS, 100_000);
    }

    private static List<TimerSpec> parse(String... specs) {
        return Stream.of(specs).map(TimerSpec::parse).toList();
    }
}
