package io.tickbus.cli.doctor;

import io.tickbus.cli.Sizes;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.posix.HostFiles;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The memory that buses live in: huge pages, shared memory, swap. */
final class MemoryChecks {
    private static final String HUGE_PAGES = "sys/kernel/mm/transparent_hugepage/";
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");
    private static final long BUS_LENGTH = SignalsLayout.fileLength(SignalsOptions.DEFAULT_SLOT_COUNT);
    private static final int BUSES_FOR_COMFORT = 16;

    private final HostFiles files;

    MemoryChecks(HostFiles files) {
        this.files = files;
    }

    List<Finding> findings() {
        return List.of(hugePages(), sharedHugePages(), sharedMemory(), swap());
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

    private Finding sharedMemory() {
        Path path = files.root().resolve("dev/shm");
        if (!Files.isDirectory(path)) {
            return Finding.warn("dev-shm", "there is no /dev/shm, so buses go to the temporary folder",
                    "Mount a tmpfs there: mount -t tmpfs -o size=256m tmpfs /dev/shm.");
        }
        try {
            FileStore store = Files.getFileStore(path);
            return sharedMemory(store.getTotalSpace(), store.getUsableSpace());
        } catch (IOException e) {
            return Finding.unknown("dev-shm", "its size cannot be read: " + e.getMessage());
        }
    }

    static Finding sharedMemory(long total, long usable) {
        String value = Sizes.format(usable) + " free of " + Sizes.format(total);
        String remedy = "Free some, or enlarge it: mount -o remount,size=256m /dev/shm (docker run --shm-size=256m).";
        if (usable < BUS_LENGTH) {
            return Finding.bad("dev-shm", value + "; a bus of " + SignalsOptions.DEFAULT_SLOT_COUNT + " slots needs "
                    + Sizes.format(BUS_LENGTH), remedy);
        }
        return usable < BUSES_FOR_COMFORT * BUS_LENGTH ? Finding.warn("dev-shm", value, remedy)
                : Finding.ok("dev-shm", value);
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
