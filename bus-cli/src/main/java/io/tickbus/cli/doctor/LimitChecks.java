// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.cli.Sizes;
import io.tickbus.core.internal.platform.HostFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What this process is allowed: control groups and resource limits. */
final class LimitChecks {
    private static final Pattern COLUMNS = Pattern.compile("\\s{2,}");
    private static final long FEW_FILES = 1024;
    private static final double US_PER_MS = 1000;
    private static final long LEAST_MEMORY = 128L << 20;
    /** More than any host has: how the old hierarchy says that there is no limit. */
    private static final long MOST_MEMORY = 1L << 50;

    private final HostFiles files;

    LimitChecks(HostFiles files) {
        this.files = files;
    }

    List<Finding> findings() {
        return List.of(quota(), memory(), realtime(), lockedMemory(), openFiles());
    }

    /** The tightest of this group's and of all above it: each of them stops its processes. */
    private Finding quota() {
        Finding tightest = null;
        double fewest = Double.POSITIVE_INFINITY;
        List<String> limits = quotas();
        for (String limit : limits) {
            String[] parts = limit.split(" ", -1);
            if (parts.length == 2 && parts[0].matches("[0-9]{1,12}") && parts[1].matches("[1-9][0-9]{0,11}")
                    && Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]) < fewest) {
                fewest = Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]);
                tightest = Finding.bad("cpu-quota", String.format(Locale.ROOT, "%.2f processors per %.0f ms", fewest,
                        Double.parseDouble(parts[1]) / US_PER_MS), "Give whole processors instead (cpuset, docker "
                        + "--cpuset-cpus, Kubernetes static CPU policy) and no quota: a process that has used it up "
                        + "is stopped for the rest of the period.");
            }
        }
        return tightest != null ? tightest : Finding.ok("cpu-quota", limits.isEmpty() ? "none found" : "unlimited");
    }

    private Finding memory() {
        long fewest = Long.MAX_VALUE;
        for (String limit : ofGroups("memory", "memory.max", "memory.limit_in_bytes")) {
            fewest = Math.min(fewest, limit.matches("[0-9]{1,18}") ? Long.parseLong(limit) : Long.MAX_VALUE);
        }
        if (fewest > MOST_MEMORY) {
            return Finding.ok("memory-limit", "none found");
        }
        return fewest >= LEAST_MEMORY ? Finding.ok("memory-limit", Sizes.format(fewest))
                : Finding.warn("memory-limit", Sizes.format(fewest), "Give a daemon at least "
                        + Sizes.format(LEAST_MEMORY) + ", or the kernel kills it when its timers grow.");
    }

    /** {@code QUOTA PERIOD} in microseconds, or {@code max PERIOD}, of each group. */
    private List<String> quotas() {
        List<String> quotas = new ArrayList<>(ofGroups("cpu", "cpu.max", "cpu.cfs_quota_us"));
        List<String> periods = ofGroups("cpu", "", "cpu.cfs_period_us");
        if (quotas.size() == periods.size()) {
            for (int i = 0; i < quotas.size(); i++) {
                quotas.set(i, quotas.get(i) + " " + periods.get(i));
            }
        }
        return quotas;
    }

    /** What a file of the unified or of the old hierarchy says in this process's group and in all above it. */
    private List<String> ofGroups(String controller, String unifiedFile, String oldFile) {
        List<String> found = new ArrayList<>();
        for (String line : files.lines("proc/self/cgroup")) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3 && fields[1].isEmpty()) {
                addUpwards(found, "sys/fs/cgroup", fields[2], unifiedFile);
            } else if (fields.length == 3 && List.of(fields[1].split(",", -1)).contains(controller)) {
                addUpwards(found, "sys/fs/cgroup/" + fields[1], fields[2], oldFile);
            }
        }
        return found;
    }

    private void addUpwards(List<String> found, String root, String group, String file) {
        for (String path = group.equals("/") ? "" : group; !file.isEmpty();
                path = path.substring(0, path.lastIndexOf('/'))) {
            String text = files.firstLine(root + path + "/" + file);
            if (!text.isEmpty()) {
                found.add(text);
            }
            if (path.lastIndexOf('/') < 0) {
                return;
            }
        }
    }

    private Finding realtime() {
        String limit = limit("Max realtime priority");
        return switch (limit) {
            case "" -> Finding.unknown("rtprio", "/proc/self/limits cannot be read");
            case "0" -> Finding.warn("rtprio", "0: real-time priority is not allowed", "Allow it (LimitRTPRIO=80 in the"
                    + " systemd unit, docker --ulimit rtprio=80) and start the daemon with chrt -f 80.");
            default -> Finding.ok("rtprio", limit);
        };
    }

    private Finding lockedMemory() {
        String limit = limit("Max locked memory");
        if (limit.isEmpty()) {
            return Finding.unknown("memlock", "/proc/self/limits cannot be read");
        }
        return Finding.ok("memlock", limit.equals("unlimited") ? limit : limit + " bytes; nothing here locks memory");
    }

    private Finding openFiles() {
        String limit = limit("Max open files");
        if (limit.isEmpty()) {
            return Finding.unknown("nofile", "/proc/self/limits cannot be read");
        }
        boolean isFew = limit.matches("\\d{1,18}") && Long.parseLong(limit) < FEW_FILES;
        return isFew ? Finding.warn("nofile", limit, "Raise it to at least " + FEW_FILES + " (LimitNOFILE in the"
                + " systemd unit, ulimit -n).") : Finding.ok("nofile", limit);
    }

    /** The soft limit of that name; empty where unknown. */
    private String limit(String name) {
        for (String line : files.lines("proc/self/limits")) {
            String[] columns = COLUMNS.split(line.strip(), -1);
            if (columns.length > 1 && columns[0].equals(name)) {
                return columns[1];
            }
        }
        return "";
    }
}
