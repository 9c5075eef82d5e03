// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.LateCause;
import io.tickbus.core.LateFiring;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.file.LateFiringReader;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Real trouble of each kind, and what the daemon takes it for. {@code -Dtickbus.injections=20} makes that many of each;
 * a table of causes is printed. With {@code -Psoak} there are 20, and those too that take root, a disk or a whole
 * processor.
 */
@Timeout(900)
@EnabledOnOs(OS.LINUX)
class LateCausesIT {
    private static final int INJECTIONS = Integer.getInteger("tickbus.injections", 2);
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int SIGNAL = 7;
    private static final int HERD = 50_000;
    private static final double RIGHT = 0.95;
    private static final int SHORT_ROUNDS = 3;
    private static final double SHORT_RIGHT = 0.5;
    private static final int LONG = 10;
    private static final int ATTEMPTS = 3;

    @RegisterExtension
    private final TestBus bus = new TestBus();

    /** Of all tests. */
    private static final Map<LateCause, Map<LateCause, Integer>> MATRIX = new EnumMap<>(LateCause.class);
    private static final List<String> WRONG = new ArrayList<>();

    private Map<LateCause, Integer> named;
    /** Of one injection. */
    private final List<LateFiring> found = new ArrayList<>();
    private ChildJvm daemon;
    private TimerClient client;
    private LateFiringReader late;
    private long nextKey;
    private int inTime;

    /** A line for each kind of trouble, a column for each cause that was named. */
    @AfterAll
    static void printMatrix() {
        Set<LateCause> causes = EnumSet.noneOf(LateCause.class);
        MATRIX.values().forEach(each -> causes.addAll(each.keySet()));
        StringBuilder table = new StringBuilder(String.format(Locale.ROOT, "%-16s", "what happened"));
        causes.forEach(cause -> table.append(String.format(Locale.ROOT, " %16s", cause)));
        MATRIX.forEach((expected, found) -> {
            table.append(String.format(Locale.ROOT, "%n%-16s", expected));
            causes.forEach(cause -> table.append(String.format(Locale.ROOT, " %16d", found.getOrDefault(cause, 0))));
        });
        System.out.println(table);
        WRONG.forEach(System.out::println);
    }

    private interface Injection {
        /** Makes a timer of the client late. */
        void run() throws IOException;
    }

    private void start(String... arguments) {
        daemon = bus.start(bus.jvm(LateDaemonMain.class, arguments).flags("-Xmx400m")
                .accessFlagsOfThisJvm());
        daemon.expect("READY");
        BusDirectory directory = bus.directory();
        client = bus.connect(TimerClientOptions.defaults().withName("causes").withDiscardedReplies());
        late = CountersFile.attach(directory).lateFirings().reader();
    }

    private static void sleepUntil(long timeNs) {
        for (long nowNs = System.nanoTime(); nowNs < timeNs; nowNs = System.nanoTime()) {
            LockSupport.parkNanos(timeNs - nowNs);
        }
    }

    /** A short run, beside other tests, may try again; a long one is for a quiet host and counts as it comes. */
    private void inject(LateCause expected, Injection injection) throws IOException {
        boolean isShort = INJECTIONS < LONG;
        boolean isRight = false;
        for (int round = 0; round < (isShort ? SHORT_ROUNDS : 1) && !isRight; round++) {
            named = new EnumMap<>(LateCause.class);
            MATRIX.put(expected, named);
            inTime = 0;
            injectAll(expected, injection);
            // While other tests have the processors, that is a true answer too.
            int right = named.getOrDefault(expected, 0) + (isShort && expected != LateCause.NOT_SCHEDULED
                    ? named.getOrDefault(LateCause.NOT_SCHEDULED, 0) : 0);
            isRight = right >= (isShort ? SHORT_RIGHT : RIGHT) * INJECTIONS;
        }
        assertTrue(isRight, "expected=" + expected + " named=" + named + " inTime=" + inTime);
    }

    private void injectAll(LateCause expected, Injection injection) throws IOException {
        for (int i = 0; i < INJECTIONS; i++) {
            LateCause cause = null;
            for (int attempt = 0; attempt < ATTEMPTS && cause == null; attempt++) {
                injection.run();
                cause = cause();
                inTime += cause == null ? 1 : 0;
            }
            if (cause != null) {
                named.merge(cause, 1, Integer::sum);
            }
            if (cause != null && cause != expected) {
                WRONG.add("injection " + i + " expected=" + expected + " latest " + found.get(found.size() - 1));
            }
        }
    }

    /** What most of the client's late firings are taken for; null if none is late within seconds. */
    private LateCause cause() {
        found.clear();
        Map<LateCause, Integer> causes = new EnumMap<>(LateCause.class);
        long giveUpNs = System.nanoTime() + 1_500 * MS;
        while (causes.isEmpty() && System.nanoTime() < giveUpNs) {
            LockSupport.parkNanos(20 * MS);
            for (LateFiring next = late.poll(); next != null; next = late.poll()) {
                if (next.owner() == client.owner()) {
                    causes.merge(next.cause(), 1, Integer::sum);
                    found.add(next);
                }
            }
        }
        return causes.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey).orElse(null);
    }

    private void armAt(long deadlineNs) {
        client.arm(nextKey++, SIGNAL, deadlineNs);
    }

    /** The daemon knows of the timer before anything happens to it. */
    private void awaitArmed() {
        while (client.pendingTimers() == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldNameWhatStopsTheThread() throws IOException {
        start("objects=2000000");
        inject(LateCause.STOPPED, () -> {
            long deadlineNs = System.nanoTime() + 200 * MS;
            armAt(deadlineNs);
            awaitArmed();
            daemon.stop();
            sleepUntil(deadlineNs + 50 * MS);
            daemon.resume();
        });
        inject(LateCause.GC, () -> {
            long deadlineNs = System.nanoTime() + 100 * MS;
            armAt(deadlineNs);
            daemon.send("gc " + deadlineNs);
            daemon.expect("DONE gc");
        });
    }

    @Test
    void shouldNameWhatComesWithTheTimers() throws IOException {
        start();
        inject(LateCause.ARMED_LATE, () -> {
            sleepUntil(System.nanoTime() + 20 * MS);
            armAt(System.nanoTime() - 5 * MS);
        });
        inject(LateCause.CLOCK_STEP, () -> {
            client.send(new TimerCommand().armAt(nextKey++, SIGNAL,
                    TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) + 3_600_000 * MS));
            sleepUntil(System.nanoTime() + 50 * MS);
            daemon.send("step " + 3_600_000 * MS);
            daemon.expect("DONE step");
            sleepUntil(System.nanoTime() + 250 * MS);
            daemon.send("step " + -3_600_000 * MS);
            daemon.expect("DONE step");
        });
        // For the first one, threads of the compiler want the processors.
        armHerd();
        cause();
        inject(LateCause.HERD, this::armHerd);
    }

    private void armHerd() {
        long deadlineNs = System.nanoTime() + 1_500 * MS;
        for (int i = 0; i < HERD; i++) {
            while (client.arm(i, SIGNAL, deadlineNs) == TimerClient.FULL) {
                Thread.onSpinWait();
            }
        }
        sleepUntil(deadlineNs);
    }

    /** The clock's reading, by which a calendar timer fires, touches hundreds of pages that are not in memory. */
    @Test
    @Tag("soak")
    void shouldNameMemoryThatIsNotThere() throws IOException {
        start();
        inject(LateCause.PAGE_FAULT, () -> {
            daemon.send("cool 0");
            daemon.expect("DONE cool");
            long deadlineNs = System.nanoTime() + 100 * MS;
            daemon.send("fault " + deadlineNs);
            daemon.expect("DONE fault");
            client.send(new TimerCommand().armAt(nextKey++, SIGNAL, deadlineNs
                    + TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - System.nanoTime() + MS));
        });
    }

    /** A thread that never sleeps has the timer thread's own processor, before all threads that are not real-time. */
    @Test
    @Tag("soak")
    void shouldNameOtherProcesses() throws IOException {
        assumeTrue(run("chrt", "-f", "1", "true"), "it takes root to be scheduled before others");
        start("cpu=1");
        inject(LateCause.NOT_SCHEDULED, () -> {
            long deadlineNs = System.nanoTime() + 200 * MS;
            armAt(deadlineNs);
            awaitArmed();
            // Whatever becomes of this test, the kernel ends it after a second on the processor.
            Process hog = new ProcessBuilder("chrt", "-f", "1", "taskset", "-c", "1", "sh", "-c",
                    "ulimit -t 1; while :; do :; done").start();
            sleepUntil(deadlineNs + 50 * MS);
            hog.destroyForcibly();
        });
    }

    /** The journal is on a file system of its own that is frozen while a command waits for it. */
    @Test
    @Tag("soak")
    void shouldNameADiskThatHangs() throws IOException {
        Path image = bus.folder().resolve("image");
        Path mounted = Files.createDirectory(bus.folder().resolve("disk"));
        assumeTrue(run("truncate", "-s", "1G", image.toString()) && run("mkfs.ext4", "-q", image.toString())
                && run("mount", "-o", "loop", image.toString(), mounted.toString()),
                "it takes root and a loop device to have a disk that hangs");
        try {
            start("journal=" + mounted.resolve("journal"));
            client.send(new TimerCommand().arm(nextKey++, SIGNAL, System.nanoTime() + 3_600_000 * MS)
                    .durability(Durability.DISK));
            awaitArmed();
            inject(LateCause.JOURNAL, () -> {
                assertTrue(run("fsfreeze", "-f", mounted.toString()));
                long deadlineNs = System.nanoTime() + 50 * MS;
                client.send(new TimerCommand().arm(nextKey++, SIGNAL, deadlineNs)
                        .durability(Durability.DISK));
                sleepUntil(deadlineNs + 200 * MS);
                assertTrue(run("fsfreeze", "-u", mounted.toString()));
            });
            assertTrue(run("fsfreeze", "-f", mounted.toString()));
            client.send(new TimerCommand().arm(nextKey++, SIGNAL, System.nanoTime()).durability(Durability.DISK));
            // All threads can be stopped although one of them waits for the disk.
            daemon.send("gc " + (System.nanoTime() + 300 * MS));
            daemon.expect("DONE gc");
        } finally {
            run("fsfreeze", "-u", mounted.toString());
            daemon.close();
            assertTrue(run("umount", mounted.toString()));
        }
    }

    private static boolean run(String... command) throws IOException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
