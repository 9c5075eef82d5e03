// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import java.util.Comparator;

/**
 * Which of a host's clock sources is the best, whether it is in use, why, and what to do if not.
 *
 * <p>The order is: the TSC where it is constant and nonstop, or aarch64's counter; then the hypervisor's own; then a
 * TSC in doubt; HPET and ACPI-PM last. Equals keep the kernel's order.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param active the source in use
 * @param best   the best of those available
 * @param reason one sentence on the choice
 * @param remedy what to do, as a command where there is one; empty where nothing is
 */
public record ClockSourceChoice(ClockSourceRating active, ClockSourceRating best, String reason, String remedy) {
    /** Chooses. Never throws. */
    public static ClockSourceChoice of(ClockSources sources, CpuClockFlags flags) {
        ClockSourceRating active = ClockSourceRating.rate(sources.active(), flags);
        ClockSourceRating best = sources.available().stream()
                .map(name -> ClockSourceRating.rate(name, flags))
                .min(Comparator.comparing(ClockSourceRating::grade))
                .filter(candidate -> candidate.grade().compareTo(active.grade()) < 0)
                .orElse(active);
        return new ClockSourceChoice(active, best, reason(active, best), remedy(active, best));
    }

    /** Whether nothing available is better than what is in use. */
    public boolean isBestActive() {
        return active.equals(best);
    }

    /** Whether the active source is worth a warning. */
    public boolean isWarning() {
        return active.isWarning();
    }

    private static String reason(ClockSourceRating active, ClockSourceRating best) {
        String inUse = active.name() + " is in use: " + active.reason();
        return active.equals(best) ? inUse + "; nothing better is available"
                : inUse + "; " + best.name() + " is available and better: " + best.reason();
    }

    private static String remedy(ClockSourceRating active, ClockSourceRating best) {
        if (!active.equals(best)) {
            return "as root: echo " + best.name() + " > " + ClockSources.SELECT_FILE
                    + " (and clocksource=" + best.name() + " on the kernel's command line to keep it)";
        }
        return switch (active.grade()) {
            case SLOW, UNUSABLE -> "find why the kernel rejected a better one with: dmesg | grep -i -e tsc -e"
                    + " clocksource; on hardware known to be good boot with tsc=reliable, on a virtual machine ask for"
                    + " one with an invariant TSC";
            case DOUBTFUL -> "watch for a change of the clock source while running; on a virtual machine ask for one"
                    + " with an invariant TSC";
            default -> "";
        };
    }
}
