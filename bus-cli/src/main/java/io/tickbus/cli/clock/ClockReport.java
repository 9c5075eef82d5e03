// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.clock;

import io.tickbus.cli.Report;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.host.ClockCost;
import io.tickbus.cli.host.ClockSourceChoice;
import io.tickbus.cli.host.ClockSourceRating;
import io.tickbus.cli.host.ClockSources;
import io.tickbus.cli.host.CpuClockFlags;
import io.tickbus.cli.host.Virtualization;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.posix.ClockId;
import io.tickbus.posix.PosixClock;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Everything about the clocks of this host. */
final class ClockReport {
    private static final int COMPARISONS = 10_000;

    private ClockReport() {
    }

    static Report take() {
        ClockSources sources = ClockSources.read();
        CpuClockFlags flags = CpuClockFlags.read();
        ClockSourceChoice choice = ClockSourceChoice.of(sources, flags);
        Virtualization virtualization = Virtualization.detect();
        boolean isNative = Platforms.current().hasFutex();
        String nativeReason = isNative ? null : Platforms.reason();
        Report report = new Report().with("active", sources.active()).with("available", sources.available())
                .with("ratings", sources.available().stream().map(name -> rating(name, flags)).toList())
                .with("best", choice.best().name()).with("bestActive", choice.isBestActive())
                .with("warning", choice.isWarning()).with("reason", choice.reason())
                .with("remedy", choice.remedy().isEmpty() ? null : choice.remedy())
                .with("tsc", new Report().with("tsc", flags.tsc()).with("constant", flags.constantTsc())
                        .with("nonstop", flags.nonstopTsc()).with("knownFrequency", flags.tscKnownFreq())
                        .with("reliable", flags.tscReliable()).with("invariant", flags.isTscInvariant()))
                .with("virtualization", new Report()
                        .with("hypervisor", virtualization.hypervisor().name().toLowerCase(Locale.ROOT))
                        .with("container", virtualization.isContainer()).with("evidence", virtualization.evidence()))
                .with("costs", (isNative ? nativeCosts() : ClockCost.measureJava()).stream().map(cost -> new Report()
                        .with("name", cost.name()).with("medianNs", cost.medianNs())).toList())
                .with("resolutionNs", resolutions(isNative));
        addEquality(report, isNative);
        return report.with("nativeUnavailable", nativeReason, nativeReason);
    }

    private static Report rating(String name, CpuClockFlags flags) {
        ClockSourceRating rating = ClockSourceRating.rate(name, flags);
        return new Report().with("name", name).with("grade", rating.grade().name()).with("reason", rating.reason());
    }

    /** Twice, and the lower of the two: the first round runs before its code is compiled. */
    private static List<ClockCost> nativeCosts() {
        List<ClockCost> first = ClockCost.measureAll();
        List<ClockCost> second = ClockCost.measureAll();
        return IntStream.range(0, first.size())
                .mapToObj(i -> first.get(i).medianNs() < second.get(i).medianNs() ? first.get(i) : second.get(i))
                .toList();
    }

    /** Null for what this kernel does not have or cannot be asked about. */
    private static Report resolutions(boolean isNative) {
        Report resolutions = new Report();
        for (ClockId clock : ClockId.values()) {
            Long ns = null;
            try {
                ns = isNative ? PosixClock.resolution(clock) : null;
            } catch (BusException e) {
                // This kernel does not have the clock.
                ns = null;
            }
            resolutions.with(clock.name(), ns, ns == null ? null : DurationText.format(ns));
        }
        return resolutions;
    }

    /** Whether nanoTime and CLOCK_MONOTONIC are one clock: each reading of one must lie between two of the other. */
    private static void addEquality(Report report, boolean isNative) {
        boolean isEqual = isNative;
        int comparisons = 0;
        while (isEqual && comparisons < COMPARISONS) {
            long beforeNs = System.nanoTime();
            long monotonicNs = PosixClock.now(ClockId.MONOTONIC);
            isEqual = monotonicNs >= beforeNs && monotonicNs <= System.nanoTime();
            comparisons++;
        }
        String sentence = !isNative ? "whether System.nanoTime is CLOCK_MONOTONIC is unknown without native access"
                : isEqual ? "System.nanoTime is CLOCK_MONOTONIC: each of " + comparisons + " readings lay between two"
                        + " of the other"
                : "System.nanoTime is NOT CLOCK_MONOTONIC: times of other programs' records do not compare; use"
                        + " another JVM";
        report.with("nanoTimeIsClockMonotonic", isNative ? isEqual : null,
                        isEqual ? Terminal.good(sentence) : Terminal.warning(sentence))
                .with("nanoTimeComparisons", comparisons, null);
    }
}
