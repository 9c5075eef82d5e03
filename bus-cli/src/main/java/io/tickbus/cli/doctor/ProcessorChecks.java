// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.core.internal.platform.HostFiles;
import io.tickbus.posix.CpuAffinity;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The processors: how many, how fast they run, what else they run. */
final class ProcessorChecks {
    private static final String CPUS = "sys/devices/system/cpu/";
    private static final int CPUS_TO_SPARE_ONE = 4;

    private final HostFiles files;

    ProcessorChecks(HostFiles files) {
        this.files = files;
    }

    List<Finding> findings() {
        int[] allowed = allowed();
        return List.of(count(allowed), governor(), isolation(allowed.length), siblings());
    }

    private int[] allowed() {
        try {
            return CpuAffinity.parseList(files.field("proc/self/status", "Cpus_allowed_list").orElse(""));
        } catch (NumberFormatException e) {
            return new int[0];
        }
    }

    private Finding count(int[] allowed) {
        String list = files.field("proc/self/status", "Cpus_allowed_list").orElse("unknown");
        String value = allowed.length + " allowed (" + list + ") of " + files.firstLine(CPUS + "online") + " online";
        if (allowed.length == 0) {
            return Finding.unknown("cpus", "the processors that this process may use cannot be read");
        }
        if (allowed.length == 1) {
            return Finding.bad("cpus", value, "Allow more processors (taskset, cpuset, docker --cpuset-cpus): with one,"
                    + " publisher and subscriber cannot spin at the same time; until then use --wait park.");
        }
        return Finding.ok("cpus", value);
    }

    private Finding governor() {
        Set<String> governors = new TreeSet<>();
        for (String cpu : cpuDirectories()) {
            String governor = files.firstLine(CPUS + cpu + "/cpufreq/scaling_governor");
            if (!governor.isEmpty()) {
                governors.add(governor);
            }
        }
        if (governors.isEmpty()) {
            return Finding.unknown("governor", "no cpufreq here; on a virtual machine the host decides");
        }
        return governors.equals(Set.of("performance")) ? Finding.ok("governor", "performance")
                : Finding.warn("governor", String.join(", ", governors), "As root: cpupower frequency-set -g"
                        + " performance, or write 'performance' to each /" + CPUS + "cpu*/cpufreq/scaling_governor.");
    }

    private List<String> cpuDirectories() {
        return files.names(CPUS).stream().filter(name -> name.matches("cpu\\d+")).toList();
    }

    private Finding isolation(int allowedCount) {
        String isolated = files.firstLine(CPUS + "isolated");
        String tickless = files.firstLine(CPUS + "nohz_full");
        String value = "isolated: " + orNone(isolated) + "; nohz_full: " + orNone(tickless);
        if (!isolated.isEmpty()) {
            return Finding.ok("isolation", value);
        }
        return allowedCount < CPUS_TO_SPARE_ONE
                ? Finding.ok("isolation", value + "; with " + allowedCount + " processors none can be spared")
                : Finding.warn("isolation", value, "Keep a processor for the daemon: boot with isolcpus=N nohz_full=N"
                        + " rcu_nocbs=N, and start it with --cpu N.");
    }

    private static String orNone(String list) {
        return list.isEmpty() || list.equals("(null)") ? "none" : list;
    }

    private Finding siblings() {
        String active = files.firstLine(CPUS + "smt/active");
        return switch (active) {
            case "0" -> Finding.ok("smt", "off");
            case "1" -> Finding.warn("smt", "on: two processors share each core", "Pin the daemon with --cpu and keep"
                    + " its sibling idle, or as root: echo off > /" + CPUS + "smt/control.");
            default -> Finding.unknown("smt", "the kernel does not say whether processors share cores");
        };
    }
}
