// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.LoopProgress;
import io.tickbus.daemon.LoopStep;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.journal.JournalStore.Position;
import io.tickbus.journal.JournalStore.Segment;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The journal's thread: takes entries from the {@link WriteAheadRing} and signals from the bus's own ring, puts them
 * into one order, and appends them in blocks.
 *
 * <p>The timer thread produces both. An entry states the sequence that the next signal will have, so the signals with
 * lower sequences precede the entry. Before this thread writes a signal, it first sees that signal and then checks for
 * entries. The timer thread stores all stamps in order, with release, and this thread loads them with acquire, so an
 * entry that precedes the signal is visible at the time of the check.
 *
 * <p>After a failure, of the disk or anything else, the journal accepts nothing durable, and writing is retried every
 * half second in a new segment. Entries wait in their ring meanwhile. Signals may be overwritten in theirs, which is
 * counted and recorded as a gap. An unfinished snapshot is started again, as its first part may not be on the disk.
 *
 * <p><b>Threads:</b> its own; the counters and other queries, any.
 */
final class JournalWriter implements Runnable {
    /**
     * Long, as each wake-up disturbs the timer thread's caches; a command that waits for the disk ends the nap early.
     */
    private static final long SHORTEST_NAP_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST_NAP_NS = TimeUnit.MILLISECONDS.toNanos(8);
    /** Per slot of the signals' ring: short enough that a publisher at full speed cannot lap this thread in one nap. */
    private static final long NAP_NS_PER_SLOT = 100;
    private static final int LOGGED_FRAMES = 6;
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long TIMEOUT_MS = 5_000;
    private static final long CALENDAR_CHECK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long CALENDAR_STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long RETENTION_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long NONE = -1;

    private final JournalStore store;
    private final WriteAheadRing ring;
    private final SlotRing signals;
    private final long historyId;
    private final long baseSequence;
    private final JournalOptions options;
    private final DaemonLog log;
    private final Retention retention;
    private final Block block = new Block();
    private final Entry entry = new Entry();
    private final long[] fields = new long[SlotRing.FIELD_COUNT];
    private final Thread thread = new Thread(this, "tickbus-journal");
    private Segment segment;
    private long nextTicket;
    private long nextSequence;
    private long firstOrderedTicket;
    private long firstOwnTicket;
    private long lastPending;
    private int signalsInBlock;
    private boolean hasPending;
    /** The ticket of the SNAPSHOT_BEGIN in this block, and the ticket to which a SNAPSHOT_END in the block refers. */
    private long snapshotBegun;
    private long snapshotEnded;
    /** The unfinished snapshot; null if there is none, or if its beginning may not be on the disk. */
    private SnapshotStart snapshotStart;
    private long retryNs;
    private final long longestNapNs;
    private long napNs;
    private final Clocks clocks;
    private long nextCalendarCheckNs;
    /** The clock that the last block states. */
    private JournalClock statedClock = JournalClock.NONE;
    private boolean clockChanged;
    private volatile long syncedTicket = -1;
    private volatile boolean writable = true;
    private volatile boolean stopped;
    /** Set before the unpark, as another park on this thread, inside a library, may consume the permit. */
    private volatile boolean woken;
    private volatile boolean wantsSnapshot = true;
    private final AtomicLong entries = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final LoopProgress progress = new LoopProgress("tickbus-journal");
    private final CountDownLatch firstCycleDone = new CountDownLatch(1);
    private long bytesAtSnapshot;

    private record SnapshotStart(long ticket, Position position) {
    }

    JournalWriter(JournalStore store, WriteAheadRing ring, BusSignals bus, Retention retention,
            JournalOptions options, Clocks clocks, DaemonLog log) {
        this.store = store;
        this.ring = ring;
        this.signals = bus.ring();
        this.historyId = bus.historyId();
        this.baseSequence = bus.baseSequence();
        this.retention = retention;
        this.options = options;
        this.clocks = clocks;
        this.log = log;
        this.longestNapNs = Math.min(LONGEST_NAP_NS, signals.slotCount() * NAP_NS_PER_SLOT);
        this.napNs = longestNapNs;
        thread.setDaemon(true);
    }

    /**
     * Sets where writing begins, and opens a segment. Called before {@link #start}.
     *
     * @param firstOrdered the first ticket whose entry states a sequence of this bus's history
     */
    void begin(long firstTicket, long firstSequence, long firstOrdered) {
        nextTicket = firstTicket;
        firstOrderedTicket = firstOrdered;
        firstOwnTicket = ring.nextTicket();
        nextSequence = firstSequence;
        nextCalendarCheckNs = clocks.nowNs() + CALENDAR_CHECK_NS;
        try {
            segment = store.newSegment(options.roll());
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Starts the thread; returns after its first cycle, or after a time-out. */
    void start() {
        thread.start();
        Uninterrupted.await(firstCycleDone, TIMEOUT_MS);
    }

    @Override
    public void run() {
        boolean isDone = false;
        progress.begin();
        try {
            while (!isDone) {
                isDone = writeGuarded();
            }
        } finally {
            end();
        }
    }

    private void end() {
        progress.end();
        try {
            closeSegment();
        } finally {
            // Last, so that no successor writes to the journal while this thread still does.
            store.release();
        }
    }

    /** Returns true when the writer was stopped. A failure closes the segment, and writing is retried. */
    private boolean writeGuarded() {
        try {
            FaultBoundary.run(this::writeUntilStopped, this::fail);
            return true;
        } catch (RuntimeException | Error e) {
            fail(e);
            return false;
        }
    }

    private void writeUntilStopped() {
        while (!stopped) {
            boolean hasWork = runCycle();
            firstCycleDone.countDown();
            napNs = hasWork ? Math.min(longestNapNs, SHORTEST_NAP_NS) : Math.min(longestNapNs, napNs * 2);
            // After a full block there is probably more to write.
            boolean mayNap = !hasWork || block.hasRoom();
            if (mayNap && !woken) {
                progress.step(LoopStep.WAITING);
                LockSupport.parkNanos(napNs);
            }
            woken = false;
        }
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
        while (writable && runCycle() && System.nanoTime() < untilNs) {
            Thread.onSpinWait();
        }
    }

    /** Writes at most one block; returns whether there was anything to write. */
    boolean runCycle() {
        progress.round(LoopStep.JOURNAL);
        if (!writable && clocks.nowNs() < retryNs) {
            return false;
        }
        long firstTicket = nextTicket;
        long firstSequence = nextSequence;
        long missedBefore = missed.get();
        boolean hasWork;
        try {
            if (segment == null) {
                segment = store.newSegment(options.roll());
            }
            checkCalendar();
            fillBlock();
            // Before a channel is used: see FaultBoundary.
            FaultBoundary.surface();
            hasWork = !block.isEmpty() || clockChanged;
            if (hasWork) {
                write(firstTicket, firstSequence);
            }
        } catch (IOException | RuntimeException | Error e) {
            nextTicket = firstTicket;
            nextSequence = firstSequence;
            missed.set(missedBefore);
            fail(e);
            return false;
        }
        // The block is written: nothing is rolled back from here on, whatever fails.
        if (hasWork) {
            acknowledge();
        }
        if (!writable) {
            writable = true;
            log.info("journal-writable", "segment", segment.number());
        }
        removeOldFiles();
        return hasWork;
    }

    /**
     * Checks whether CLOCK_REALTIME was set. After a boot, recovery converts deadlines by the last offset in the
     * journal, so a change is written even if there is nothing else to write.
     */
    private void checkCalendar() {
        if (clocks.nowNs() - nextCalendarCheckNs >= 0) {
            nextCalendarCheckNs = clocks.nowNs() + CALENDAR_CHECK_NS;
            ring.clock(ring.clock().withCalendar(clocks.calendarNs()));
        }
        clockChanged = Math.abs(ring.clock().calendarNs() - statedClock.calendarNs()) >= CALENDAR_STEP_NS;
    }

    /** A failure to remove old files does not affect writing. */
    private void removeOldFiles() {
        try {
            retention.run(clocks.nowNs(), RETENTION_NS, segment);
        } catch (IOException | RuntimeException | Error e) {
            failures.incrementAndGet();
            log.warn("journal-retention", "folder", store.path(), "error", e);
        }
    }

    private void fail(Throwable e) {
        boolean isFirst = writable;
        writable = false;
        failures.incrementAndGet();
        retryNs = clocks.nowNs() + RETRY_NS;
        snapshotStart = null;
        wantsSnapshot = true;
        try {
            if (isFirst) {
                log.error("journal-failed", "folder", store.path(), "error", e, "at",
                        Arrays.stream(e.getStackTrace()).limit(LOGGED_FRAMES).toList(), "what",
                        "durable timers are refused until it can be written");
            }
            closeSegment();
        } catch (RuntimeException | Error another) {
            // For example no memory to log that there is no memory: counted; writing is retried as after any failure.
            failures.incrementAndGet();
        }
    }

    private void closeSegment() {
        try {
            if (segment != null) {
                try (Segment closing = segment) {
                    closing.sync();
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            log.warn("journal-close", "error", e);
        } finally {
            segment = null;
        }
    }

    private void fillBlock() {
        block.clear();
        hasPending = false;
        snapshotBegun = NONE;
        snapshotEnded = NONE;
        signalsInBlock = 0;
        boolean more = true;
        while (more && block.hasRoom()) {
            // The signal first, then the entries: see the class comment.
            int found = signals.state(nextSequence);
            if (ring.isCommitted(nextTicket)) {
                ring.copy(nextTicket, entry);
                if (entry.nextSequence <= nextSequence || nextTicket < firstOrderedTicket) {
                    more = addEntry();
                    continue;
                }
                if (found == SlotRing.NOT_YET) {
                    // The signal precedes the entry, so it was committed since the first check.
                    found = signals.state(nextSequence);
                }
            }
            more = addSignal(found);
        }
    }

    /** Returns false if the entry belongs in another block. */
    private boolean addEntry() {
        EntryKind kind = entry.kind();
        if (!block.admits(entry.clock)) {
            return false;
        }
        if (kind == EntryKind.PENDING) {
            hasPending = true;
            lastPending = entry.ticket;
        }
        // A snapshot of the previous daemon is not used: that daemon's last signals may be missing.
        boolean ownEntry = nextTicket >= firstOwnTicket;
        if (ownEntry && kind == EntryKind.SNAPSHOT_BEGIN) {
            snapshotBegun = entry.ticket;
        } else if (ownEntry && kind == EntryKind.SNAPSHOT_END) {
            snapshotEnded = entry.body[0];
        }
        block.add(entry);
        nextTicket++;
        return true;
    }

    /** Returns false if there is no signal yet, or if it belongs in another block. */
    private boolean addSignal(int found) {
        boolean beforeRing = nextSequence < baseSequence;
        if ((found == SlotRing.NOT_YET && !beforeRing) || !block.admitsSignals(ring.clock())) {
            return false;
        }
        if (found == SlotRing.COMMITTED && signals.copy(nextSequence, fields)) {
            block.addSignal(nextSequence, fields);
            signalsInBlock++;
            nextSequence++;
            return true;
        }
        // Overwritten, or only in an earlier ring of another size. Skips a further quarter of the ring, so that this
        // thread has time to catch up before more signals are overwritten.
        long newest = Math.abs(signals.stamp(nextSequence)) - 1;
        long resumeAt = beforeRing ? baseSequence
                : Math.max(nextSequence + 1, newest - signals.slotCount() + signals.slotCount() / 4 + 1);
        block.addGap(nextSequence, resumeAt - nextSequence);
        missed.addAndGet(resumeAt - nextSequence);
        nextSequence = resumeAt;
        return true;
    }

    private void write(long firstTicket, long firstSequence) throws IOException {
        // A block without entries still needs a clock.
        block.admits(ring.clock());
        // The block's clock is that of its entries, which may be of an earlier boot.
        block.finish(historyId, block.timeOf(ring.clock(), clocks.nowNs()), firstSequence, nextSequence, nextTicket);
        Position position = segment.append(block);
        // A fault may have prevented the write: surface it before the block is acknowledged.
        FaultBoundary.surface();
        if (hasPending || snapshotEnded != NONE || clockChanged) {
            segment.sync();
            syncs.incrementAndGet();
        }
        noteSnapshot(firstTicket, position);
    }

    /**
     * If a snapshot ends in this block, stores where that snapshot begins. Its end states the ticket of its beginning.
     */
    private void noteSnapshot(long firstTicket, Position position) throws IOException {
        boolean beganBefore = snapshotStart != null && snapshotStart.ticket() == snapshotEnded;
        if (beganBefore || snapshotEnded >= firstTicket) {
            store.snapshot(beganBefore ? snapshotStart.position() : position);
            bytesAtSnapshot = bytes.get() + block.length();
            snapshotStart = null;
            retention.request();
        }
        if (snapshotBegun > snapshotEnded) {
            snapshotStart = new SnapshotStart(snapshotBegun, position);
        }
    }

    private void acknowledge() {
        statedClock = block.clock();
        ring.release(nextTicket);
        entries.set(nextTicket);
        written.addAndGet(signalsInBlock);
        bytes.addAndGet(block.length());
        if (hasPending) {
            syncedTicket = lastPending;
        }
        // Not during a snapshot: one that is larger than the limit would cause the next.
        if (snapshotStart == null && bytes.get() - bytesAtSnapshot > options.snapshotBytes()) {
            bytesAtSnapshot = bytes.get();
            wantsSnapshot = true;
        }
    }

    /** Timer thread: a command waits for the disk. */
    void wake() {
        woken = true;
        LockSupport.unpark(thread);
    }

    /** Timer thread. */
    void snapshotBegan() {
        wantsSnapshot = false;
    }

    /** Where the thread is; its rounds stop growing when it hangs or has ended. */
    LoopProgress progress() {
        return progress;
    }

    boolean wantsSnapshot() {
        return wantsSnapshot;
    }

    boolean isWritable() {
        return writable;
    }

    long syncedTicket() {
        return syncedTicket;
    }

    long entries() {
        return entries.get();
    }

    long signals() {
        return written.get();
    }

    long signalsMissed() {
        return missed.get();
    }

    long bytes() {
        return bytes.get();
    }

    long syncs() {
        return syncs.get();
    }

    long failures() {
        return failures.get();
    }

    /** Writes the entries and signals that are in the rings, and ends the thread. */
    void close() {
        stopped = true;
        if (!thread.isAlive()) {
            end();
            return;
        }
        wake();
        if (!Uninterrupted.join(thread, 2 * TIMEOUT_MS)) {
            log.error("journal-stuck", "waitedMs", 2 * TIMEOUT_MS, "what", "the journal stays locked until it ends");
        }
    }
}
