package io.tickbus.cli.clock;

import io.tickbus.cli.JsonObject;
import io.tickbus.core.BusException;
import io.tickbus.core.platform.Platforms;
import io.tickbus.posix.ClockCost;
import io.tickbus.posix.ClockId;
import io.tickbus.posix.ClockSourceChoice;
import io.tickbus.posix.ClockSourceRating;
import io.tickbus.posix.ClockSources;
import io.tickbus.posix.CpuClockFlags;
import io.tickbus.posix.PosixClock;
import io.tickbus.posix.Virtualization;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Everything about the clocks of this host.
 *
 * @param equality     whether {@code System.nanoTime()} is CLOCK_MONOTONIC
 * @param nativeReason why only the Java clocks could be read; null where all could
 */
record ClockReport(ClockSources sources, CpuClockFlags flags, ClockSourceChoice choice, Virtualization virtualization,
                   List<ClockCost> costs, NanoTimeEquality equality, String nativeReason) {
    static ClockReport take() {
        ClockSources sources = ClockSources.read();
        CpuClockFlags flags = CpuClockFlags.read();
        boolean isNative = Platforms.current().hasFutex();
        return new ClockReport(sources, flags, ClockSourceChoice.of(sources, flags), Virtualization.detect(),
                isNative ? nativeCosts() : ClockCost.measureJava(),
                isNative ? NanoTimeEquality.measure() : NanoTimeEquality.UNKNOWN,
                isNative ? null : Platforms.reason());
    }

    /** Twice, and the lower of the two: the first round runs before its code is compiled. */
    private static List<ClockCost> nativeCosts() {
        List<ClockCost> first = ClockCost.measureAll();
        List<ClockCost> second = ClockCost.measureAll();
        List<ClockCost> lower = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            lower.add(first.get(i).medianNs() < second.get(i).medianNs() ? first.get(i) : second.get(i));
        }
        return lower;
    }

    List<ClockSourceRating> ratings() {
        return sources.available().stream().map(name -> ClockSourceRating.rate(name, flags)).toList();
    }

    /** Nanoseconds; null where this kernel does not have the clock or it cannot be asked. */
    Long resolutionNs(ClockId clock) {
        try {
            return nativeReason == null ? PosixClock.resolution(clock) : null;
        } catch (BusException e) {
            return null;
        }
    }

    JsonObject json() {
        JsonObject resolutions = new JsonObject();
        for (ClockId clock : ClockId.values()) {
            resolutions.with(clock.name(), resolutionNs(clock));
        }
        return new JsonObject().with("active", sources.active()).with("available", sources.available())
                .with("ratings", ratings().stream().map(ClockReport::json).toList())
                .with("best", choice.best().name()).with("bestActive", choice.isBestActive())
                .with("warning", choice.isWarning()).with("reason", choice.reason())
                .with("remedy", choice.remedy().isEmpty() ? null : choice.remedy())
                .with("tsc", new JsonObject().with("tsc", flags.tsc()).with("constant", flags.constantTsc())
                        .with("nonstop", flags.nonstopTsc()).with("knownFrequency", flags.tscKnownFreq())
                        .with("reliable", flags.tscReliable()).with("invariant", flags.isTscInvariant()))
                .with("virtualization", new JsonObject()
                        .with("hypervisor", virtualization.hypervisor().name().toLowerCase(Locale.ROOT))
                        .with("container", virtualization.isContainer()).with("evidence", virtualization.evidence()))
                .with("costs", costs.stream().map(cost -> new JsonObject().with("name", cost.name())
                        .with("medianNs", cost.medianNs())).toList())
                .with("resolutionNs", resolutions)
                .with("nanoTimeIsClockMonotonic", equality.isEqual())
                .with("nanoTimeComparisons", equality.comparisons())
                .with("nativeUnavailable", nativeReason);
    }

    private static JsonObject json(ClockSourceRating rating) {
        return new JsonObject().with("name", rating.name()).with("grade", rating.grade().name())
                .with("reason", rating.reason());
    }
}
