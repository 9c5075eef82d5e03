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

    /**
     * The most that {@link #utcNs} can be wrong, in nanoseconds; -1 if that is unknown. Where it grows by more than
     * 500 ppm, the clock may have become worse than that. For one thread.
     */
    long boundNs();

    /**
     * The host's own: the bound is that of ClockBound's file where there is one, else the kernel's, which knows one
     * while something such as chrony keeps the clock.
     */
    static HostClock system() {
        ClockBoundFile clockBound = new ClockBoundFile(Path.of(ClockBoundFile.DEFAULT));
        KernelBound kernel = new KernelBound();
        return new HostClock() {
            @Override
            public long utcNs() {
                Instant now = Instant.now();
                return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
            }

            @Override
            public long boundNs() {
                long nowNs = System.nanoTime();
                long boundNs = clockBound.boundNs(nowNs);
                return boundNs != ClockBoundFile.NONE ? boundNs : Platforms.current().clockDiscipline()
                        .map(discipline -> discipline.isSynchronized()
                                ? kernel.boundNs(discipline.maxErrorNs(), nowNs) : -1L).orElse(-1L);
            }
        };
    }
}
