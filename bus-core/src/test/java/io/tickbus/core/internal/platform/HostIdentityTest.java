// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HostIdentityTest {
    private static final UUID BOOT = new UUID(1, 2);

    @Test
    void shouldAddSecondsAndNanosecondsWhenNamespaceHasOffset() {
        assertEquals(0, HostIdentity.monotonicOffsetNs(List.of()));
        assertEquals(0, HostIdentity.monotonicOffsetNs(List.of("boottime 7 8")));
        assertEquals(172_800_000_000_005L,
                HostIdentity.monotonicOffsetNs(List.of("monotonic   172800        5", "boottime 1 2")));
        assertEquals(-999_999_999L, HostIdentity.monotonicOffsetNs(List.of("boottime 1 2", "monotonic -1 1")));
    }

    @Test
    void shouldCompareClocksByOffsetWhenNamespacesDiffer() {
        HostIdentity here = new HostIdentity(BOOT, 5, 100);
        assertTrue(here.hasSameClock(new HostIdentity(BOOT, 6, 100)));
        assertFalse(here.hasSameClock(new HostIdentity(BOOT, 5, 101)));
        assertFalse(here.hasSameClock(new HostIdentity(BOOT, 6, 101)));
    }

    @Test
    void shouldTakeBootsForSameWhenOneIsUnknown() {
        HostIdentity here = new HostIdentity(BOOT, 0, 0);
        assertTrue(here.isSameBoot(here));
        assertTrue(here.isSameBoot(new HostIdentity(new UUID(0, 0), 0, 0)));
        assertTrue(new HostIdentity(new UUID(0, 0), 0, 0).isSameBoot(here));
        assertFalse(here.isSameBoot(new HostIdentity(new UUID(2, 1), 0, 0)));
    }

    @Test
    void shouldBeStableWhenReadTwice() {
        assertEquals(HostIdentity.current(), HostIdentity.current());
        assertEquals(ProcessIdentity.current(), ProcessIdentity.current());
        assertEquals(ProcessHandle.current().pid(), ProcessIdentity.current().pid());
    }

    @Test
    void shouldFindStartTimeWhenProcessNameHoldsBlanksAndBrackets() {
        String stat = "42 (a) b (c) d) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 424242 20 21";
        assertEquals(424_242, ProcessIdentity.startTicks(stat));
        assertEquals(0, ProcessIdentity.startTicks(""));
    }
}
