// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks durability {@code disk} by the daemon's system calls: between a command and its reply a sync begins and ends.
 * Also checks that a command with durability {@code process} waits for no sync.
 */
class SyncOrderIT {
    private static final String SKIPPED = "SyncOrderIT is skipped: strace is not there, or may not trace";
    private static final int ARMS = 20;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final Pattern CALL =
            Pattern.compile("(\\d+\\.\\d+) f(?:data)?sync\\(\\d+<(.*)>\\) += 0 <(\\d+\\.\\d+)>");

    @TempDir
    private Path folder;

    private record Span(double from, double to) {
        boolean contains(Span inner) {
            return from <= inner.from && inner.to <= to;
        }
    }

    @Test
    @Timeout(300)
    void diskIsSyncedBeforeTheReply() throws Exception {
        boolean canTrace = canTrace();
        if (!canTrace) {
            System.out.println(SKIPPED);
        }
        assumeTrue(canTrace, SKIPPED);
        Path trace = folder.resolve("trace");
        System.setProperty("tickbus.test.prefix", "strace -D -f -ttt -T -y -e trace=fsync,fdatasync -o " + trace);
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "bus");
        List<Span> disk;
        List<Span> process;
        Path state = folder.resolve("state");
        try (DaemonChild daemon = DaemonChild.start(folder.resolve("root"), state.resolve("journal"))) {
            TimerClientOptions options =
                    TimerClientOptions.defaults().withName("sync").withConnectTimeoutNs(TIMEOUT_NS);
            try (TimerClient client = TimerClient.connect(directory, options)) {
                arm(client, Durability.PROCESS);
                disk = arm(client, Durability.DISK);
                process = arm(client, Durability.PROCESS);
            }
            assertTrue(daemon.isAlive());
        } finally {
            System.clearProperty("tickbus.test.prefix");
        }
        List<Span> syncs = syncs(trace);
        for (Span arm : disk) {
            assertTrue(syncs.stream().anyMatch(arm::contains), "no sync within " + arm + " in " + syncs);
        }
        long synced = process.stream().filter(arm -> syncs.stream().anyMatch(arm::contains)).count();
        assertEquals(0, synced, "commands with durability process that were synced");
        for (Path made : List.of(folder, state)) {
            // A new folder's entry in its parent must be synced too, or the files in it may be lost.
            assertTrue(isSynced(made, trace), () -> made + " was not synced");
        }
    }

    private static boolean canTrace() throws Exception {
        try {
            return new ProcessBuilder("strace", "-o", "/dev/null", "true").redirectErrorStream(true).start()
                    .waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Span> arm(TimerClient client, Durability durability) {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < ARMS; i++) {
            TimerCommand command = new TimerCommand().arm(i, 1, System.nanoTime() + TimeUnit.HOURS.toNanos(1))
                    .durability(durability);
            // While a timer is replaced, the stronger of the old and the new durability applies.
            command.fields()[0] += durability == Durability.DISK ? ARMS : 0;
            double before = now();
            assertEquals(ReplyCode.ARMED, client.call(command, TIMEOUT_NS).code());
            spans.add(new Span(before, now()));
        }
        return spans;
    }

    private static double now() {
        Instant now = Instant.now();
        return now.getEpochSecond() + now.getNano() / 1e9;
    }

    private static boolean isSynced(Path file, Path trace) throws IOException {
        for (String line : Files.readAllLines(trace)) {
            Matcher call = CALL.matcher(line);
            if (call.find() && call.group(2).equals(file.toRealPath().toString())) {
                return true;
            }
        }
        return false;
    }

    private static List<Span> syncs(Path trace) throws Exception {
        List<Span> syncs = new ArrayList<>();
        for (String line : Files.readAllLines(trace)) {
            Matcher call = CALL.matcher(line);
            if (call.find()) {
                double from = Double.parseDouble(call.group(1));
                syncs.add(new Span(from, from + Double.parseDouble(call.group(3))));
            }
        }
        return syncs;
    }
}
