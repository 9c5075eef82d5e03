// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.platform.ClockDiscipline;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ClockAdjustmentTest {
    @Test
    void shouldReadHowClockIsKept() {
        Optional<ClockDiscipline> read = OnLinux.platform().clockDiscipline();
        Assumptions.assumeTrue(read.isPresent(), "a sandbox forbids adjtimex");
        ClockDiscipline clock = read.get();
        // 16 s is what the kernel says where nothing keeps the clock.
        assertTrue(clock.maxErrorNs() > 0 && clock.maxErrorNs() <= TimeUnit.SECONDS.toNanos(16), clock::toString);
        assertTrue(clock.estimatedErrorNs() >= 0 && clock.estimatedErrorNs() <= TimeUnit.SECONDS.toNanos(16),
                clock::toString);
        assertTrue(clock.taiOffsetS() == 0 || (clock.taiOffsetS() >= 37 && clock.taiOffsetS() < 60), clock::toString);
        assertEquals(read.get().isSynchronized(), OnLinux.platform().clockDiscipline().get().isSynchronized());
    }
}
