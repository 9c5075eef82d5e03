// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import io.tickbus.core.internal.platform.Platforms;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** The calendar clock of a host, and how wrong it can be. */
public interface HostClock {
    /** CLOCK_REALTIME, nanoseconds since 1970. */
    long utcNs();

    /** The most that {@link #utcNs} can be wrong, in nanoseconds; -1 if that is unknown. */
    long boundNs();

    /**
     * The host's own: the bound is that of ClockBound's file where there is one, else the kernel's, which knows one
     * while something such as chrony keeps the clock.
     */
    static HostClock system() {
        ClockBoundFile clockBound = new ClockBoundFile(Path.of(ClockBoundFile.DEFAULT));
        return new HostClock() {
            @Override
            public long utcNs() {
                Instant now = Instant.now();
                return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
            }

            @Override
            public long boundNs() {
                long boundNs = clockBound.boundNs(System.nanoTime());
                return boundNs != ClockBoundFile.NONE ? boundNs : Platforms.current().clockDiscipline()
                        .map(discipline -> discipline.isSynchronized() ? discipline.maxErrorNs() : -1L).orElse(-1L);
            }
        };
    }
}
