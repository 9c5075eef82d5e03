// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.cli.Sizes;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.platform.HostFiles;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The memory that buses live in: huge pages, shared memory, swap. */
final class MemoryChecks {
    private static final String HUGE_PAGES = "sys/kernel/mm/transparent_hugepage/";
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");
    private static final long BUS_LENGTH = SignalsLayout.fileLength(SignalsOptions.DEFAULT_SLOT_COUNT);
    private static final int BUSES_FOR_COMFORT = 16;

    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs");

    private final HostFiles files;
    private final Path busRoot;

    MemoryChecks(HostFiles files, Path busRoot) {
        this.files = files;
        this.busRoot = busRoot;
    }

    List<Finding> findings() {
        return List.of(hugePages(), sharedHugePages(), storage(), swap());
    }

    private Finding hugePages() {
        String chosen = chosen("enabled");
        return switch (chosen) {
            case "" -> Finding.unknown("huge-pages", "the kernel does not say");
            case "always" -> Finding.warn("huge-pages", chosen, "As root: echo madvise > /" + HUGE_PAGES
                    + "enabled, or the kernel stops a thread now and then to merge pages.");
            default -> Finding.ok("huge-pages", chosen);
        };
    }

    private Finding sharedHugePages() {
        String chosen = chosen("shmem_enabled");
        return switch (chosen) {
            case "" -> Finding.unknown("shared-huge-pages", "the kernel does not say");
            case "always", "force" -> Finding.warn("shared-huge-pages", chosen, "As root: echo never > /" + HUGE_PAGES
                    + "shmem_enabled, or a bus takes 2 MiB where it needs 4 KiB and first touches take long.");
            default -> Finding.ok("shared-huge-pages", chosen);
        };
    }

    private String chosen(String file) {
        Matcher matcher = CHOSEN.matcher(files.firstLine(HUGE_PAGES + file));
        return matcher.find() ? matcher.group(1) : "";
    }

    /** Where buses are made, which need not be /dev/shm. */
    private Finding storage() {
        Path path = busRoot.toAbsolutePath();
        while (!Files.exists(path)) {
            path = path.getParent();
        }
        try {
            FileStore store = Files.getFileStore(path);
            return storage(store.type(), store.getTotalSpace(), store.getUsableSpace());
        } catch (IOException e) {
            return Finding.unknown("bus-storage", "its size cannot be read: " + BusException.why(e));
        }
    }

    Finding storage(String type, long total, long usable) {
        String value = Sizes.format(usable) + " free of " + Sizes.format(total) + " on the " + type + " of " + busRoot;
        String remedy = "Free some, or enlarge it: mount -o remount,size=256m /dev/shm (docker run --shm-size=256m).";
        if (usable < BUS_LENGTH) {
            return Finding.bad("bus-storage", value + "; a bus of " + SignalsOptions.DEFAULT_SLOT_COUNT
                    + " slots needs " + Sizes.format(BUS_LENGTH), remedy);
        }
        if (!IN_MEMORY.contains(type)) {
            return Finding.warn("bus-storage", value + ", a disk's file system, which writes every page back",
                    "Put buses on a tmpfs: mount one on /dev/shm, or name one with --dir or TICKBUS_DIR.");
        }
        return usable < BUSES_FOR_COMFORT * BUS_LENGTH ? Finding.warn("bus-storage", value, remedy)
                : Finding.ok("bus-storage", value);
    }

    private Finding swap() {
        List<String> lines = files.lines("proc/swaps");
        if (lines.isEmpty()) {
            return Finding.unknown("swap", "/proc/swaps cannot be read");
        }
        int areas = lines.size() - 1;
        return areas == 0 ? Finding.ok("swap", "none") : Finding.warn("swap", areas + " areas",
                "As root: swapoff -a, or sysctl vm.swappiness=1: shared memory is swapped out like any other.");
    }
}
