// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

/**
 * How good one clock source is for this bus, and why.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param name   the kernel's name of the source
 * @param grade  the verdict
 * @param reason why, as a clause: {@code "a register read without a system call, …"}
 */
public record ClockSourceRating(String name, Grade grade, String reason) {
    private static final String PARAVIRTUAL =
            "the hypervisor's page of corrections to the TSC, read without a system call";

    /** Verdicts, best first. */
    public enum Grade {
        /** A register at a constant rate, read without a system call. */
        BEST,
        /** Read without a system call, a few nanoseconds dearer. */
        GOOD,
        /** Read without a system call, but its rate or its staying is in doubt. */
        DOUBTFUL,
        /** Not known here. */
        UNKNOWN,
        /** A system call and a device register per read. */
        SLOW,
        /** Counts kernel ticks. */
        UNUSABLE
    }

    /** Rates a source of a processor with these flags. Never throws. */
    public static ClockSourceRating rate(String name, CpuClockFlags flags) {
        return switch (name) {
            case "tsc" -> rateTsc(flags);
            case "tsc-early" -> of(name, Grade.DOUBTFUL, "only in use until the kernel has measured the TSC's rate");
            case "arch_sys_counter" -> of(name, Grade.BEST,
                    "the processor's constant counter, read without a system call");
            case "kvm-clock", "hyperv_clocksource_tsc_page", "xen" -> of(name, Grade.GOOD, PARAVIRTUAL);
            case "hyperv_clocksource_msr" -> of(name, Grade.SLOW, "each read is a system call that leaves the virtual"
                    + " machine, and costs some µs");
            case "hpet" -> of(name, Grade.SLOW, "each read is a system call to a device register, and costs about 1 µs"
                    + " instead of about 20 ns; several processors that read it wait for each other");
            case "acpi_pm" -> of(name, Grade.SLOW, "each read is a system call to a device register, and costs about"
                    + " 1 µs or more instead of about 20 ns, at a resolution of 279 ns");
            case "jiffies", "refined-jiffies" -> of(name, Grade.UNUSABLE, "it counts kernel ticks of 1 to 10 ms");
            default -> of(name, Grade.UNKNOWN,
                    "what a read costs is not known here: measure it with `tickbus clock`");
        };
    }

    /** Whether somebody who wants precision should be told. */
    public boolean isWarning() {
        return grade.compareTo(Grade.GOOD) > 0;
    }

    private static ClockSourceRating rateTsc(CpuClockFlags flags) {
        if (flags.isTscInvariant()) {
            return of("tsc", Grade.BEST, "a register read without a system call, constant and nonstop");
        }
        String missing = flags.constantTsc() ? "nonstop_tsc" : flags.nonstopTsc() ? "constant_tsc"
                : "constant_tsc and nonstop_tsc";
        return of("tsc", Grade.DOUBTFUL, "a register read without a system call, but the processor does not promise "
                + missing + ", so that the kernel may drop it while running");
    }

    private static ClockSourceRating of(String name, Grade grade, String reason) {
        return new ClockSourceRating(name, grade, reason);
    }
}
