// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.core.IdleLatency;
import io.tickbus.core.internal.platform.HostFiles;
import java.util.ArrayList;
import java.util.List;

/** How deep idle processors sleep, and so how long a thread that sleeps takes to wake. */
final class IdleChecks {
    private static final String CPUS = "sys/devices/system/cpu/";
    private static final String GUEST_POLL = "sys/module/haltpoll/parameters/guest_halt_poll_ns";
    private static final int DEEP_SLEEP_US = 50;

    private final HostFiles files;
    private final int effectiveUs;

    /** With what {@link IdleLatency#effectiveUs()} says. */
    IdleChecks(HostFiles files, int effectiveUs) {
        this.files = files;
        this.effectiveUs = effectiveUs;
    }

    List<Finding> findings() {
        return List.of(idleStates(), idleDriver(), idleLatency());
    }

    private Finding idleStates() {
        String states = CPUS + "cpu0/cpuidle/";
        List<String> enabled = new ArrayList<>();
        int deepestUs = 0;
        for (String state : files.names(states)) {
            if (!files.firstLine(states + state + "/disable").equals("1")) {
                enabled.add(files.firstLine(states + state + "/name"));
                deepestUs = Math.max(deepestUs, number(files.firstLine(states + state + "/latency")));
            }
        }
        if (enabled.isEmpty()) {
            return Finding.unknown("idle-states", "no cpuidle here; on a virtual machine the host decides");
        }
        String value = String.join(", ", enabled) + "; waking from the deepest takes " + deepestUs + " us";
        return deepestUs < DEEP_SLEEP_US ? Finding.ok("idle-states", value) : Finding.warn("idle-states", value,
                "As root: cpupower idle-set -D " + DEEP_SLEEP_US + ", or use --mode spin and --wait spin.");
    }

    private static int number(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
    }

    private Finding idleDriver() {
        String driver = files.firstLine(CPUS + "cpuidle/current_driver");
        String governor = files.firstLine(CPUS + "cpuidle/current_governor");
        if (driver.isEmpty() || driver.equals("none")) {
            return Finding.unknown("idle-driver", "none: an idle processor halts at once, or as its host decides");
        }
        String pollNs = files.firstLine(GUEST_POLL);
        String value = driver + ", governor " + governor + (pollNs.isEmpty() ? "" : ", guest_halt_poll_ns " + pollNs);
        return governor.equals("haltpoll") && pollNs.equals("0")
                ? Finding.warn("idle-driver", value + ": an idle processor halts at once, and waking it takes the host",
                        "As root: echo 200000 > /" + GUEST_POLL + ", or see idle-latency.")
                : Finding.ok("idle-driver", value);
    }

    private Finding idleLatency() {
        List<String> limits = new ArrayList<>();
        for (String cpu : files.names(CPUS)) {
            String limit = files.firstLine(CPUS + cpu + "/power/pm_qos_resume_latency_us");
            if (!limit.isEmpty() && !limit.equals("0")) {
                limits.add(cpu + " " + (limit.equals("n/a") ? "0" : limit) + " us");
            }
        }
        String some = limits.isEmpty() ? "" : "; " + String.join(", ", limits);
        if (effectiveUs >= 0 && effectiveUs < IdleLatency.NO_LIMIT_US) {
            return Finding.ok("idle-latency", "a process limits it to " + effectiveUs + " us on all processors" + some);
        }
        String value = (effectiveUs < 0 ? "cannot be read by this user" : "not limited") + some;
        return limits.isEmpty() ? Finding.warn("idle-latency", value, "For several times sooner wake-ups, most of all"
                + " on a virtual machine: daemon --idle-latency 0, which needs root or the udev rule"
                + " KERNEL==\"cpu_dma_latency\", GROUP=\"NAME\", MODE=\"0660\". The price: idle processors run at"
                + " full power, the host of a virtual machine sees them as busy, and hyper-threads slow their siblings"
                + " down. --idle-cpus limits it to some processors.")
                : Finding.ok("idle-latency", value);
    }
}
