package io.tickbus.cli.doctor;

import io.tickbus.posix.HostFiles;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What this process is allowed: control groups and resource limits. */
final class LimitChecks {
    private static final Pattern COLUMNS = Pattern.compile("\\s{2,}");
    private static final long FEW_FILES = 1024;
    private static final double US_PER_MS = 1000;

    private final HostFiles files;

    LimitChecks(HostFiles files) {
        this.files = files;
    }

    List<Finding> findings() {
        return List.of(quota(), realtime(), lockedMemory(), openFiles());
    }

    private Finding quota() {
        String limit = quotaAndPeriod();
        String[] parts = limit.split(" ", -1);
        if (limit.isEmpty()) {
            return Finding.ok("cpu-quota", "none found");
        }
        if (parts.length != 2 || !parts[0].matches("\\d{1,12}") || !parts[1].matches("[1-9]\\d{0,11}")) {
            return Finding.ok("cpu-quota", "unlimited");
        }
        double cpus = Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]);
        String value = String.format(Locale.ROOT, "%.2f processors per %.0f ms", cpus,
                Double.parseDouble(parts[1]) / US_PER_MS);
        return Finding.bad("cpu-quota", value, "Give whole processors instead (cpuset, docker --cpuset-cpus, Kubernetes"
                + " static CPU policy) and no quota: whoever has used it up stands still for the rest of the period.");
    }

    /** {@code QUOTA PERIOD} in microseconds, or {@code max PERIOD}; empty where no control group says. */
    private String quotaAndPeriod() {
        for (String line : files.lines("proc/self/cgroup")) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3 && fields[1].isEmpty()) {
                String unified = firstOf("sys/fs/cgroup" + fields[2] + "/cpu.max", "sys/fs/cgroup/cpu.max");
                if (!unified.isEmpty()) {
                    return unified;
                }
            } else if (fields.length == 3 && List.of(fields[1].split(",", -1)).contains("cpu")) {
                String old = "sys/fs/cgroup/" + fields[1];
                String quota = firstOf(old + fields[2] + "/cpu.cfs_quota_us", old + "/cpu.cfs_quota_us");
                String period = firstOf(old + fields[2] + "/cpu.cfs_period_us", old + "/cpu.cfs_period_us");
                if (!quota.isEmpty()) {
                    return quota + " " + period;
                }
            }
        }
        return files.firstLine("sys/fs/cgroup/cpu.max");
    }

    private String firstOf(String path, String other) {
        String text = files.firstLine(path);
        return text.isEmpty() ? files.firstLine(other) : text;
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
