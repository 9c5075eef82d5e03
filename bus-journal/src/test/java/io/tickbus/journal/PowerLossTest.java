// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import io.tickbus.journal.JournalStore.Position;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Loss of power at any moment, on the files that Chronicle Queue really writes. A daemon's work is recorded once: the
 * pages of the file that differ after each block, and each sync. Then the power is lost at random moments. The disk has
 * everything that was synced, and of every other page any of its states since, independently of all others. Every timer
 * that was acknowledged as being on the disk must be recovered, and a timer that may have fired must be flagged. {@code
 * -Dtickbus.recovery.crashes=10000} for the long run.
 */
class PowerLossTest {
    private static final int CRASHES = Integer.getInteger("tickbus.recovery.crashes", 1_500);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int PAGE = 4_096;
    private static final int MOST_PAGES = 4_096;
    private static final int KEYS = 400;
    private static final int OWNER = 1;
    private static final long MS = 1_000_000;
    private static final TimerQuotas QUOTAS = new TimerQuotas(2 * KEYS, 2 * KEYS);

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    private final List<Event> events = new ArrayList<>();
    /** The file after the events so far. */
    private final byte[][] now = new byte[MOST_PAGES][];

    /** A write that may be on the disk, or a sync, and what the daemon had promised by then. */
    private record Event(int number, Page page, boolean isSync, Position snapshot, Promises promises) {
    }

    /** One state of a page. */
    private static final class Page {
        private final byte[] bytes;

        Page(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /** By key: acknowledged as armed with durability {@code disk}; and fired. */
    private record Promises(BitSet acknowledged, BitSet fired) {
    }

    /** Records what a real segment does to its file. */
    private final class RecordingStore implements JournalStore {
        private final JournalFolder real;
        private Promises promises = new Promises(new BitSet(), new BitSet());
        private Position snapshot;

        RecordingStore(JournalFolder real) {
            this.real = real;
        }

        @Override
        public Path path() {
            return real.path();
        }

        @Override
        public Segment newSegment(Roll roll) throws IOException {
            Segment segment = real.newSegment(roll);
            return new Segment() {
                @Override
                public Position append(Block block) throws IOException {
                    Position at = segment.append(block);
                    recordPages(real.file(at), (at.offset() + block.length()) / PAGE + 2);
                    return at;
                }

                @Override
                public void sync() throws IOException {
                    segment.sync();
                    add(new Event(0, null, true, snapshot, copy(promises)));
                }

                @Override
                public String file() {
                    return segment.file();
                }

                @Override
                public long number() {
                    return segment.number();
                }

                @Override
                public void close() throws IOException {
                    segment.close();
                }
            };
        }

        private void recordPages(Path file, long end) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                ByteBuffer page = ByteBuffer.allocate(PAGE);
                for (int i = 0; i < Math.min(end, channel.size() / PAGE); i++) {
                    channel.read(page.clear(), (long) i * PAGE);
                    boolean isSame = now[i] == null ? isZeros(page.array()) : Arrays.equals(now[i], page.array());
                    if (!isSame) {
                        now[i] = page.array().clone();
                        add(new Event(i, new Page(now[i]), false, snapshot, copy(promises)));
                    }
                }
            }
        }

        @Override
        public void sync() {
            // Nothing precedes this run.
        }

        @Override
        public Blocks read(Position start, UnreadableHandler trouble) {
            return real.read(start, trouble);
        }

        @Override
        public Position snapshot() {
            return snapshot;
        }

        @Override
        public void snapshot(Position position) {
            snapshot = position;
        }

        @Override
        public void setAside(byte[] bytes, int length) {
            // Tested elsewhere.
        }

        @Override
        public void release() {
            // Nobody else uses it.
        }
    }

    private static boolean isZeros(byte[] bytes) {
        for (byte each : bytes) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    private static Promises copy(Promises from) {
        return new Promises((BitSet) from.acknowledged().clone(), (BitSet) from.fired().clone());
    }

    private void add(Event event) {
        events.add(event);
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void shouldRecoverAcknowledgedTimersWhicheverPagesTheDiskKept() throws Exception {
        DaemonLog log = DaemonLog.toStream(new PrintStream(OutputStream.nullOutputStream(), false,
                StandardCharsets.UTF_8));
        log.level(System.Logger.Level.OFF);
        SimulatedHost host = new SimulatedHost(random, 1_700_000_000_000_000_000L);
        long startNs = System.nanoTime();
        Path file = record(host, log);
        long recordedNs = System.nanoTime();
        host.boot(MS, Integer.MAX_VALUE);
        host.advance(TimeUnit.HOURS.toNanos(1));
        Disk disk = new Disk(folder.resolve("disk"), file);
        int recovered = 0;
        for (int i = 0; i < CRASHES; i++) {
            int crash = random.nextInt(events.size());
            recovered += disk.recover(crash, host, log);
        }
        System.out.println("seed=" + SEED + " crashes=" + CRASHES + " events=" + events.size() + " timersRecovered="
                + recovered + " ms=" + (System.nanoTime() - recordedNs) / MS + " recordedInMs="
                + (recordedNs - startNs) / MS);
        assertTrue(recovered > CRASHES, "hardly anything was recovered");
        log.close();
    }

    /** A daemon's work: arms, fires, takes snapshots; returns the file that it wrote. */
    private Path record(SimulatedHost host, DaemonLog log) throws IOException {
        JournalFolder real = new JournalFolder(folder.resolve("journal"));
        real.create();
        RecordingStore store = new RecordingStore(real);
        JournalOptions options = JournalOptions.defaults(real.path()).withRoll(Roll.DAILY).withSnapshotBytes(8 << 10);
        TimerEngine engine = TimerEngine.create(QUOTAS, 1024, host::calendarNs);
        DurableTimers timers = DurableTimers.of(engine);
        WriteAheadRing ring = host.intents();
        BusSignals signals = host.signals();
        JournalWriter writer =
                new JournalWriter(store, ring, signals, new Retention(real, options, log), options, host, log);
        ChronicleJournal journal = new ChronicleJournal(store, ring, writer, signals, options, host, log);
        journal.recover(timers);
        engine.openOwner(OWNER);
        journal.nameOwner(OWNER, 1_000, "app");
        Deque<TimerCommand> waiting = new ArrayDeque<>();
        Deque<Long> tickets = new ArrayDeque<>();
        TimerReply reply = new TimerReply();
        int cursor = -1;
        for (int key = 0; key < KEYS || !waiting.isEmpty(); key++) {
            if (key < KEYS) {
                TimerCommand command = new TimerCommand().arm(key, 1, host.nowNs() + random.nextInt(200) * MS)
                        .durability(Durability.DISK).generation(key + 1);
                tickets.add(journal.appendPending(OWNER, command, host.nowNs(), Journal.NO_TICKET));
                waiting.add(command);
            }
            if (random.nextInt(3) == 0) {
                writer.runCycle();
            }
            while (!waiting.isEmpty() && tickets.peek() <= journal.syncedTicket()) {
                TimerCommand command = waiting.remove();
                engine.execute(OWNER, command, host.nowNs(), host.nextSequence(), reply);
                journal.appendApplied(OWNER, command, host.nowNs(), tickets.remove());
                store.promises.acknowledged().set((int) command.key());
            }
            host.advance(MS);
            engine.expire(host.nowNs(), 100, firing -> {
                store.promises.fired().set((int) firing.key());
                return host.publish(firing.publishedNs(host.nowNs()).fields());
            });
            if (cursor < 0 && journal.wantsSnapshot()) {
                journal.beginSnapshot();
                for (TimerCommand command : waiting) {
                    tickets.add(journal.appendPending(OWNER, command, host.nowNs(), tickets.remove()));
                }
                cursor = 0;
            }
            if (cursor >= 0) {
                cursor = timers.page(cursor, 5, journal::appendImage);
                if (cursor < 0) {
                    journal.endSnapshot();
                }
            }
        }
        Path file = real.file(real.files(1).findFirst().orElseThrow());
        journal.close();
        return file;
    }

    /** The disk after a crash: a copy of the journal whose single file is as the crash left it. */
    private final class Disk {
        private final JournalFolder journal;
        private final FileChannel channel;
        private final Page[] written = new Page[MOST_PAGES];

        Disk(Path path, Path like) throws IOException {
            journal = new JournalFolder(path);
            journal.create();
            Files.createDirectory(journal.segment(1));
            channel = FileChannel.open(journal.segment(1).resolve(like.getFileName().toString()),
                    StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);
        }

        int recover(int crash, SimulatedHost host, DaemonLog log) throws IOException {
            make(crash);
            Event last = events.get(crash);
            if (last.snapshot() != null && !last.snapshot().equals(journal.snapshot())) {
                journal.snapshot(last.snapshot());
            }
            TimerEngine engine = TimerEngine.create(QUOTAS, 1024, host::calendarNs);
            DurableTimers timers = DurableTimers.of(engine);
            WriteAheadRing unused = WriteAheadRing.over(
                    SharedRegion.allocate((int) IntentsLayout.fileLength(2)), 2);
            new JournalRecovery(journal, host.signals(), timers, host, log).run(unused,
                    JournalOptions.defaults(journal.path()).withRecoveryRate(1_000_000_000));
            int count = timers.count();
            BitSet found = new BitSet();
            BitSet unflagged = new BitSet();
            engine.expire(host.nowNs() + TimeUnit.HOURS.toNanos(1), 10 * KEYS,
                    firing -> take(firing, found, unflagged));
            BitSet lost = (BitSet) last.promises().acknowledged().clone();
            lost.andNot(last.promises().fired());
            lost.andNot(found);
            String where = "; seed=" + SEED + " crash=" + crash;
            assertEquals("{}", lost.toString(), () -> "acknowledged and not recovered" + where);
            unflagged.and(last.promises().fired());
            assertEquals("{}", unflagged.toString(), () -> "fired twice without a flag" + where);
            return count;
        }

        private long take(SignalRecord firing, BitSet found, BitSet unflagged) {
            found.set((int) firing.key());
            boolean isFlagged = (firing.flags() & SignalRecordLayout.FLAG_MAYBE_DUPLICATE) != 0;
            unflagged.set((int) firing.key(), !isFlagged);
            return 0;
        }

        /** Everything synced before the crash, and of each other page any state since. */
        private void make(int crash) throws IOException {
            int synced = crash;
            while (synced >= 0 && !events.get(synced).isSync()) {
                synced--;
            }
            Page[] pages = new Page[MOST_PAGES];
            boolean isAll = random.nextInt(4) == 0;
            for (int i = 0; i <= crash; i++) {
                Event event = events.get(i);
                if (!event.isSync() && (i < synced || isAll || random.nextBoolean())) {
                    pages[event.number()] = event.page();
                }
            }
            for (int page = 0; page < MOST_PAGES; page++) {
                if (pages[page] != written[page]) {
                    byte[] bytes = pages[page] == null ? new byte[PAGE] : pages[page].bytes;
                    channel.write(ByteBuffer.wrap(bytes), (long) page * PAGE);
                    written[page] = pages[page];
                }
            }
        }
    }
}
