// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.cli.host.ClockSourceChoice;
import io.tickbus.cli.host.ClockSourceRating.Grade;
import io.tickbus.cli.host.ClockSources;
import io.tickbus.cli.host.CpuClockFlags;
import io.tickbus.cli.host.Virtualization;
import io.tickbus.core.internal.platform.HostFiles;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel and what runs below it. */
final class KernelChecks {
    private static final Pattern CHOSEN = Pattern.compile("\\((\\w+)\\)");
    private static final int STEAL_FIELD = 8;
    private static final double PERCENT = 100;
    private static final double NOTABLE_STEAL_PERCENT = 0.5;

    private final HostFiles files;

    KernelChecks(HostFiles files) {
        this.files = files;
    }

    List<Finding> findings() {
        return List.of(clockSource(), preemption(), virtualization());
    }

    private Finding clockSource() {
        ClockSources sources = ClockSources.read(files.root());
        if (sources.active().equals(ClockSources.UNKNOWN)) {
            return Finding.unknown("clock-source", "the kernel does not say");
        }
        ClockSourceChoice choice = ClockSourceChoice.of(sources, CpuClockFlags.read(files.root()));
        Grade grade = choice.active().grade();
        if (grade == Grade.SLOW || grade == Grade.UNUSABLE) {
            return Finding.bad("clock-source", choice.reason(), choice.remedy());
        }
        return choice.isBestActive() && !choice.isWarning() ? Finding.ok("clock-source", choice.reason())
                : Finding.warn("clock-source", choice.reason(), choice.remedy());
    }

    private Finding preemption() {
        Matcher chosen = CHOSEN.matcher(files.firstLine("sys/kernel/debug/sched/preempt"));
        String version = files.firstLine("proc/version");
        String model = chosen.find() ? chosen.group(1) : version.contains("PREEMPT_RT") ? "rt"
                : version.contains("PREEMPT_DYNAMIC") ? "dynamic" : version.contains("PREEMPT") ? "full" : "";
        return switch (model) {
            case "none", "voluntary" -> Finding.warn("preemption", model, "Boot with preempt=full, so that a wake-up"
                    + " need not wait for the kernel to finish something else.");
            case "" -> version.isEmpty() ? Finding.unknown("preemption", "the kernel does not say")
                    : Finding.warn("preemption", "not preemptible, or it does not say so",
                            "Use a kernel built with PREEMPT_DYNAMIC and boot it with preempt=full.");
            case "dynamic" -> Finding.ok("preemption", "dynamic (which model is active only root can read)");
            default -> Finding.ok("preemption", model);
        };
    }

    private Finding virtualization() {
        Virtualization virtualization = Virtualization.detect(files.root());
        double stealPercent = stealPercent();
        String value = virtualization + (stealPercent < 0 ? "" : String.format(Locale.ROOT,
                "; %.2f %% of the time since boot stolen", stealPercent));
        if (virtualization.hypervisor() == Virtualization.Hypervisor.NONE) {
            return Finding.ok("virtualization", value);
        }
        return Finding.warn("virtualization", value, stealPercent >= NOTABLE_STEAL_PERCENT
                ? "Ask for dedicated processors: the host lends this machine's to others."
                : "Ask for dedicated processors, and believe the measured hiccups below rather than the steal time.");
    }

    /** Negative where unknown. */
    private double stealPercent() {
        String[] fields = files.firstLine("proc/stat").split("\\s+", -1);
        if (!fields[0].equals("cpu") || fields.length <= STEAL_FIELD) {
            return -1;
        }
        double total = 0;
        for (int i = 1; i <= STEAL_FIELD; i++) {
            if (!fields[i].matches("\\d{1,18}")) {
                return -1;
            }
            total += Long.parseLong(fields[i]);
        }
        return total == 0 ? -1 : PERCENT * Long.parseLong(fields[STEAL_FIELD]) / total;
    }
}
