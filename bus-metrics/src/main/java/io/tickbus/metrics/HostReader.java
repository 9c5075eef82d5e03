// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.tickbus.core.internal.platform.HostFiles;
import io.tickbus.core.internal.platform.Platforms;

/** What of the host decides how precise timers can be: its clocks, and time that its hypervisor takes. One thread. */
final class HostReader {
    private static final String CLOCK_SOURCE = "sys/devices/system/clocksource/clocksource0/current_clocksource";
    private static final int STEAL_WORD = 8;
    /** {@code /proc/stat} counts in ticks of 10 ms on every supported architecture. */
    private static final double TICKS_PER_S = 100;

    private final HostFiles files;
    private String clockSource;
    private long changes;

    HostReader(HostFiles files) {
        this.files = files;
    }

    void read(Samples samples) {
        String current = files.firstLine(CLOCK_SOURCE);
        if (clockSource != null && !clockSource.equals(current)) {
            changes++;
        }
        clockSource = current;
        samples.add(BusMetric.CLOCK_SOURCE, 1, "source", current.isEmpty() ? "unknown" : current);
        samples.add(BusMetric.CLOCK_SOURCE_CHANGES, changes);
        Platforms.current().clockDiscipline().ifPresent(clock -> {
            samples.add(BusMetric.CLOCK_SYNCHRONIZED, clock.isSynchronized() ? 1 : 0);
            samples.add(BusMetric.CLOCK_MAX_ERROR, Samples.seconds(clock.maxErrorNs()));
            samples.add(BusMetric.CLOCK_ESTIMATED_ERROR, Samples.seconds(clock.estimatedErrorNs()));
        });
        // "cpu  user nice system idle iowait irq softirq steal …"
        String[] words = files.firstLine("proc/stat").split(" +", -1);
        if (words.length > STEAL_WORD) {
            samples.add(BusMetric.STEAL, Long.parseLong(words[STEAL_WORD]) / TICKS_PER_S);
        }
    }
}
