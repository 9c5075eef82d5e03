// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon with a journal on a host that reboots twice. A reboot is simulated by a time namespace with its own
 * CLOCK_MONOTONIC, another boot id mounted over the kernel's, and empty shared memory. The first daemon stops cleanly,
 * the second is killed, and the third fires every acknowledged timer at its deadline.
 */
@Timeout(300)
final class RebootIT {
    private static final String BUS = "bus";
    private static final String KERNELS_BOOT_ID = "/proc/sys/kernel/random/boot_id";
    private static final String MOUNT_AND_RUN = "mount --bind \"$0\" " + KERNELS_BOOT_ID + " && exec \"$@\"";
    private static final long TOLERANCE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** A slow host gets a second and a third attempt, with longer delays. */
    private static final int[] DELAYS_MS = {6_000, 20_000, 60_000};
    private static final int PERIODIC_FIRINGS = 3;

    @TempDir
    private Path folder;
    private final Boot first = new Boot(TimeUnit.DAYS.toSeconds(30));
    private final Boot second = new Boot(TimeUnit.MINUTES.toSeconds(1));
    private final Boot third = new Boot(TimeUnit.DAYS.toSeconds(400));

    /** One simulated boot: how far its CLOCK_MONOTONIC is ahead of the test's, and its boot id. */
    private record Boot(long aheadSeconds, UUID id) {
        Boot(long aheadSeconds) {
            this(aheadSeconds, UUID.randomUUID());
        }

        long aheadNs() {
            return TimeUnit.SECONDS.toNanos(aheadSeconds);
        }
    }

    @BeforeEach
    void skipWhereNoBootCanBeSimulated() throws Exception {
        List<String> command = new ArrayList<>(in(first));
        command.addAll(List.of("cat", KERNELS_BOOT_ID));
        Process trial = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        String found = new String(trial.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        boolean isPossible = trial.waitFor() == 0 && found.equals(first.id().toString());
        if (!isPossible) {
            System.out.println("RebootIT skipped: unshare may make no time namespace here, or mount no boot id");
        }
        assumeTrue(isPossible, "no time namespace, or no mount");
    }

    private List<String> in(Boot boot) throws IOException {
        Path id = Files.writeString(folder.resolve(boot.id().toString()), boot.id() + "\n");
        String ahead = String.valueOf(boot.aheadSeconds());
        return List.of("unshare", "-m", "-T", "--boottime", ahead, "--monotonic", ahead, "--fork", "--kill-child",
                "sh", "-c", MOUNT_AND_RUN, id.toString());
    }

    private ChildJvm start(Boot boot, Class<?> main, Object... args) throws IOException {
        return Cli.under(in(boot), folder, main, args);
    }

    private ChildJvm daemon(Boot boot) throws IOException {
        BusDirectory.at(root(), BUS).delete();
        ChildJvm daemon = start(boot, Tickbus.class, "daemon", "--bus", BUS, "--dir", root(), "--mode", "park",
                "--journal", folder.resolve("journal"));
        String ready = daemon.line();
        assertTrue(ready != null, daemon::errors);
        return daemon;
    }

    private Path root() {
        return folder.resolve("root");
    }

    @Test
    void shouldFireTimersOnTimeWhenArmedTwoBootsBefore() throws Exception {
        for (int delayMs : DELAYS_MS) {
            if (isFiredOnTime(delayMs)) {
                return;
            }
            System.out.println("RebootIT: due before the third boot, after " + delayMs + " ms; trying again");
        }
        assumeTrue(false, "two daemons take more than a minute to start");
    }

    /** False if the deadline came so soon that the timers may have fired before the third boot. */
    private boolean isFiredOnTime(int delayMs) throws Exception {
        long calendarNs = CalendarOffset.measureNs();
        long calendarDueNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs);
        long dueNs;
        try (ChildJvm daemon = daemon(first); ChildJvm arming = start(first, RebootMain.class, root(), BUS,
                delayMs, calendarDueNs + calendarNs)) {
            String line = arming.line();
            assertTrue(line != null, arming::errors);
            dueNs = Long.parseLong(line) - first.aheadNs();
            assertEquals(0, arming.exitCode(), arming.errors());
            child(daemon).destroy();
            assertTrue(daemon.line().startsWith("stopped bus="));
            assertEquals(Tickbus.DONE, daemon.exitCode(), daemon.errors());
        }
        try (ChildJvm daemon = daemon(second)) {
            child(daemon).destroyForcibly();
            daemon.exitCode();
            // Before anything is checked: on a slow host the first two daemons may have fired some.
            if (System.nanoTime() >= Math.min(dueNs, calendarDueNs)) {
                return false;
            }
            assertTrue(daemon.errors().contains("recovered timers=5 "), daemon::errors);
        }
        try (ChildJvm daemon = daemon(third);
                ChildJvm tail = start(third, Tickbus.class, "tail", "--bus", BUS, "--dir", root(), "--from",
                        "oldest", "--json")) {
            assertTrue(daemon.errors().contains("recovered timers=5 "), daemon::errors);
            assertFirings(tail, dueNs + third.aheadNs(), calendarDueNs + third.aheadNs());
        }
        return true;
    }

    /** The process that the wrapper runs. */
    private static ProcessHandle child(ChildJvm process) {
        return ProcessHandle.of(process.pid()).orElseThrow().children().findFirst().orElseThrow();
    }

    private static void assertFirings(ChildJvm tail, long dueNs, long calendarDueNs) throws IOException {
        Map<Integer, Integer> firings = new TreeMap<>();
        while (firings.size() < RebootMain.PERIODIC || firings.get(RebootMain.PERIODIC) < PERIODIC_FIRINGS) {
            Map<String, Object> line = Cli.jsonLine(tail);
            if (!line.get("type").equals("signal")) {
                continue;
            }
            int key = Integer.parseInt((String) line.get("key"));
            int before = firings.merge(key, 1, Integer::sum) - 1;
            assertTrue(before == 0 || key == RebootMain.PERIODIC, () -> "twice: " + line);
            boolean isCalendar = key == RebootMain.DISK_CALENDAR || key == RebootMain.PROCESS_CALENDAR;
            // The firing of a periodic timer has the number of the last occurrence that was folded into it.
            long occurrence = key == RebootMain.PERIODIC ? number(line, "occurrence") : 0;
            long expectedNs = (isCalendar ? calendarDueNs : dueNs) + occurrence * RebootMain.PERIOD_NS;
            long offNs = number(line, "deadlineNs") - expectedNs;
            long lateNs = number(line, "publishedNs") - number(line, "deadlineNs");
            System.out.println("RebootIT key=" + key + " occurrence=" + occurrence + " deadlineOffNs=" + offNs
                    + " publishedLateNs=" + lateNs + " flags=" + line.get("flags"));
            assertTrue(Math.abs(offNs) <= TOLERANCE_NS, line::toString);
            assertTrue(lateNs >= 0, line::toString);
        }
    }

    private static long number(Map<String, Object> line, String name) {
        return ((Number) line.get(name)).longValue();
    }
}
