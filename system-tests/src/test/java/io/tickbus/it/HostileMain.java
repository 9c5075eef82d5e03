// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.client.TimerClient;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.subscriber.SignalSubscriber;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A daemon, a client with a 1 kHz timer, and attacks by processes of the daemon's own user. In the second half of the
 * run a {@link HostileCrowd} is active, and in each round the files are shortened, punched, unlinked, and replaced by
 * directories and FIFOs. If the root is a small tmpfs of its own ({@code small=1}), it is filled so that a hole faults.
 * Prints {@code WRONG} if the timer lost an occurrence, {@code ROUND} after each round, and {@code P99 quiet=…
 * attacked=…} in nanoseconds, for information only.
 */
public final class HostileMain {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long STEP_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int KEY = 7;
    private static final int MOST = 1 << 16;
    private static final int ROUNDS = 3;

    private final BusDirectory directory;
    private final Path mount;
    private final boolean isSmall;
    private final long halfNs;
    private final TimerDaemon daemon;
    private final TimerClient honest;
    private final SignalSubscriber signals;
    private final long[][] lateNs = new long[2][MOST];
    private final int[] counts = new int[2];
    private int ringsAttacked;
    private volatile int half;
    private volatile long nextOccurrence;
    private volatile boolean isOver;

    private HostileMain(ChildArguments arguments) {
        mount = arguments.directory().path().getParent();
        directory = BusDirectory.at(mount.resolve("root"), "bus");
        isSmall = arguments.number("small", 0) == 1;
        halfNs = TimeUnit.MILLISECONDS.toNanos(arguments.number("halfMs", 2500));
        daemon = TimerDaemon.open(DaemonContext.of(directory).signals(SignalsOptions.defaults()
                .withSlotCount(1 << 16).withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(20)))
                .log(DaemonLog.toStream(System.err))).start();
        honest = TimerClient.connect(directory);
        signals = SignalSubscriber.attach(directory);
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> new HostileMain(new ChildArguments(arguments)).run());
    }

    private int run() throws Exception {
        honest.call(new TimerCommand().arm(KEY, 1, System.nanoTime() + PERIOD_NS).periodNs(PERIOD_NS), TIMEOUT_NS);
        Thread reader = new Thread(() -> signals.run(this::onSignal, () -> isOver), "reader");
        reader.start();
        for (long quietNs = 0; quietNs < halfNs; quietNs += STEP_NS) {
            TimeUnit.NANOSECONDS.sleep(Math.min(halfNs - quietNs, STEP_NS));
            ChildArguments.say("QUIET " + counts[0]);
        }
        half = 1;
        long untilNs = System.nanoTime() + halfNs;
        int round = 0;
        HostileCrowd crowd = HostileCrowd.start(directory, Files.createDirectory(mount.resolve("scratch")));
        while (round < ROUNDS || System.nanoTime() < untilNs || !crowd.hasAttacked()) {
            check(System.nanoTime() - untilNs < TIMEOUT_NS, "not every attack has happened: " + crowd.done());
            attack(round++);
            ChildArguments.say("ROUND " + round + " " + crowd.done());
        }
        String crowdDone = crowd.done();
        crowd.end();
        checkStillFires("the attack");
        isOver = true;
        reader.join();
        check(signals.lost() == 0, "lost=" + signals.lost());
        check(daemon.isRunning(), "the daemon has ended");
        long faults = daemon.counters().value(DaemonCounter.FAULTS);
        check(!isSmall || faults > 0, "nothing faulted: that was no attack");
        ChildArguments.say(String.format(Locale.ROOT, "P99 quiet=%d attacked=%d of %d and %d firings, %d rounds, "
                + "rings=%d faults=%d evicted=%d %s", p99(0), p99(1), counts[0], counts[1], round, ringsAttacked,
                faults, daemon.counters().value(DaemonCounter.CLIENTS_EVICTED), crowdDone));
        honest.close();
        daemon.close();
        ChildArguments.say("DONE");
        return 0;
    }

    private long p99(int which) {
        long[] sorted = Arrays.copyOf(lateNs[which], Math.min(counts[which], MOST));
        Arrays.sort(sorted);
        return sorted.length == 0 ? -1 : sorted[sorted.length * 99 / 100];
    }

    /** Every occurrence fires or is folded into one that does. */
    private void onSignal(SignalRecord firing) {
        if (firing.owner() == honest.owner() && firing.key() == KEY) {
            check(firing.occurrence() == nextOccurrence, "occurrence " + nextOccurrence + " expected: " + firing);
            nextOccurrence = firing.occurrence() + 1L + firing.missed();
            int which = half;
            lateNs[which][counts[which]++ % MOST] = firing.publishedNs() - firing.deadlineNs();
        }
    }

    private void checkStillFires(String after) throws InterruptedException {
        long before = nextOccurrence;
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        while (nextOccurrence < before + 20) {
            check(System.nanoTime() < giveUpNs, "the timer has stopped after " + after + ", occurrence " + before);
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private void attack(int round) throws Exception {
        long length = Files.size(directory.doorbell());
        shorten(directory.doorbell(), round % 2 == 0 ? 0 : length / 2);
        checkStillFires("a doorbell cut short");
        attackServedRing("a ring cut short", ring -> shorten(ring, round % 2 == 0 ? 0 : Files.size(ring) / 2));
        attackRing("a ring cut short", ring -> shorten(ring, round % 2 == 0 ? 0 : Files.size(ring) / 2));
        attackRing("a ring unlinked", Files::delete);
        attackRing("a ring replaced", this::replace);
        for (Path name : List.of(directory.replies(), directory.counters(), directory.path().resolve("control"))) {
            replace(name);
        }
        replace(directory.clients().resolve(new UUID(round, round).toString()));
        if (isSmall) {
            attackRing("a ring with a hole on a full file system", this::punch);
            attackServedRing("a ring with a hole on a full file system", this::punch);
            punch(directory.doorbell());
            checkStillFires("a doorbell with a hole on a full file system");
            Files.deleteIfExists(filler());
        }
    }

    /** Replaces a file by a directory, then by a FIFO, and restores it. The daemon may delete what no client owns. */
    private void replace(Path name) throws Exception {
        Path saved = mount.resolve("saved");
        boolean isThere = Files.exists(name);
        if (isThere) {
            Files.move(name, saved);
        }
        Files.createDirectory(name);
        checkStillFires("a directory as " + name.getFileName());
        Files.deleteIfExists(name);
        run("mkfifo", name.toString());
        checkStillFires("a FIFO as " + name.getFileName());
        Files.deleteIfExists(name);
        if (isThere) {
            Files.move(saved, name);
        }
    }

    private interface RingAttack {
        void on(Path ring) throws Exception;
    }

    /** Attacks the ring of a new client before the daemon opens it and deletes its name. */
    private void attackRing(String name, RingAttack attack) throws Exception {
        Files.deleteIfExists(filler());
        try (HostilePeer hostile = new HostilePeer(directory, HostilePeer.SLOTS)) {
            hostile.makeRing();
            attack.on(directory.clients().resolve(hostile.identity.uuid().toString()));
            hostile.hello();
            checkStillFires(name);
            hostile.file().setLength(0);
            checkStillFires(name + ", and the ring emptied");
        }
    }

    /** Attacks a ring that the daemon has mapped, and that only the daemon touches from then on. */
    private void attackServedRing(String name, RingAttack attack) throws Exception {
        Files.deleteIfExists(filler());
        TimerClient hostile = TimerClient.connect(directory);
        hostile.armAfter(1, 3, TimeUnit.DAYS.toNanos(1));
        Path ring = mappedRing(hostile.uuid());
        if (ring != null) {
            attack.on(ring);
            ringsAttacked++;
        }
        checkStillFires(name);
        // Closing may fault in the file that this client damaged itself: done on another thread, which may die of it.
        Thread closing = new Thread(hostile::close, "hostile");
        closing.setUncaughtExceptionHandler((dead, fault) -> ChildArguments.say("the hostile client's own " + fault));
        closing.start();
        closing.join();
    }

    /** A mapped file whose name is deleted, found by this process's mappings; null if it may not be opened. */
    private static Path mappedRing(UUID client) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            // The client and the daemon map the same file.
            Path file = Path.of("/proc/" + ProcessHandle.current().pid(), "map_files", line.split(" ", 2)[0]);
            if (line.contains("/clients/" + client) && Files.isWritable(file)) {
                return file;
            }
        }
        return null;
    }

    private static void shorten(Path file, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    private Path filler() {
        return mount.resolve("filler");
    }

    /** Fills the freed pages at once, so that the next access to the hole finds no page. */
    private void punch(Path file) throws Exception {
        long length = Files.size(file);
        try (FileChannel filling = FileChannel.open(filler(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < 5; i++) {
                fill(filling);
                run("fallocate", "-p", "-o", "0", "-l", String.valueOf(length), file.toString());
                fill(filling);
                check(Files.size(file) == length, "the hole has another length");
                checkStillFires("a hole in " + file.getFileName());
            }
        }
    }

    private static void fill(FileChannel filling) {
        ByteBuffer page = ByteBuffer.allocateDirect(4096);
        try {
            filling.position(filling.size());
            while (true) {
                page.clear();
                filling.write(page);
            }
        } catch (IOException e) {
            // It is full.
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        check(new ProcessBuilder(command).inheritIO().start().waitFor() == 0, Arrays.toString(command));
    }

    private static void check(boolean isRight, String what) {
        if (!isRight) {
            ChildArguments.say("WRONG " + what);
            throw new AssertionError(what);
        }
    }
}
