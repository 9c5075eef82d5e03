package io.tickbus.journal;

import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.daemon.DaemonLog;
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
 * The journal's thread: takes entries from the {@link WriteAheadRing} and signals from the bus's own ring, puts
 * them into one order, and appends them in blocks.
 *
 * <p>The timer thread produces both. An entry says which signal came next when it was made, so the signals before that
 * go first. A signal goes only after a look for entries that was made when the signal was already seen: the stamps are
 * stored in the order of the timer thread, with release, and looked at with acquire, so an entry that belongs before
 * the signal is seen by then.
 *
 * <p>When the disk refuses, or anything else fails, nothing durable is taken any more, and every half a second it is
 * tried again with another segment. What was not written waits in its ring; the signals' ring may overwrite some
 * meanwhile, which is counted and written down as a gap. A snapshot that was on its way begins again: where its first
 * part is, is not known to be on the disk.
 *
 * <p><b>Threads:</b> its own; what is not private and is no start or end may be asked by any.
 */
final class JournalWriter implements Runnable {
    /** Long, as each costs the timer thread its caches; what waits for the disk ends them at once. */
    private static final long SHORTEST_NAP_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST_NAP_NS = TimeUnit.MILLISECONDS.toNanos(8);
    /** Of the signals' ring: a nap in which a publisher at full speed does not overwrite what is to be written. */
    private static final long NAP_NS_PER_SLOT = 100;
    private static final int FRAMES = 6;
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long TIMEOUT_MS = 5_000;
    private static final long CALENDAR_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long CALENDAR_STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long RETENTION_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long NONE = -1;

    private final JournalStore store;
    private final WriteAheadRing intents;
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
    private long lastIntent;
    private int signalsInBlock;
    private boolean hasIntent;
    /** The ticket of a snapshot's beginning in this block, and the one that an end in it names. */
    private long snapshotBegun;
    private long snapshotEnded;
    /** Of the snapshot that is on its way; null where none is, or where its beginning may not be on the disk. */
    private SnapshotStart snapshotStart;
    private long retryNs;
    private final long longestNapNs;
    private long napNs;
    private final Clocks clocks;
    private long nextCalendarLookNs;
    /** What the last block states. */
    private JournalClock statedClock = JournalClock.NONE;
    private boolean isClockNews;
    private volatile long syncedTicket = -1;
    private volatile boolean isWritable = true;
    private volatile boolean isStopped;
    /** Set before the thread is woken: what it parks for in between may use the wake-up up. */
    private volatile boolean isWoken;
    private volatile boolean wantsSnapshot = true;
    private final AtomicLong entries = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong rounds = new AtomicLong();
    private final CountDownLatch hasBegun = new CountDownLatch(1);
    private long bytesAtSnapshot;

    private record SnapshotStart(long ticket, Position position) {
    }

    JournalWriter(JournalStore store, WriteAheadRing intents, BusSignals bus, Retention retention,
            JournalOptions options, Clocks clocks, DaemonLog log) {
        this.store = store;
        this.intents = intents;
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
     * Before it starts: what is to be written first, and opens the segment for it.
     *
     * @param firstOrdered the first ticket whose entry says which of this bus's signals came next
     */
    void begin(long firstTicket, long firstSequence, long firstOrdered) {
        nextTicket = firstTicket;
        firstOrderedTicket = firstOrdered;
        firstOwnTicket = intents.nextTicket();
        nextSequence = firstSequence;
        nextCalendarLookNs = clocks.nowNs() + CALENDAR_LOOK_NS;
        try {
            segment = store.newSegment(options.roll());
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Returns when it has written what there was, or has failed, or takes too long for that. */
    void start() {
        thread.start();
        boolean isInterrupted = Thread.interrupted();
        try {
            hasBegun.await(TIMEOUT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            isInterrupted = true;
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        boolean isDone = false;
        try {
            while (!isDone) {
                isDone = writeGuarded();
            }
        } finally {
            end();
        }
    }

    private void end() {
        try {
            closeSegment();
        } finally {
            // Not before: a successor would write what this thread still does.
            store.release();
        }
    }

    /** Any error ends the segment and is retried, as everything that fails in a round. */
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
        while (!isStopped) {
            boolean isWork = round();
            hasBegun.countDown();
            napNs = isWork ? Math.min(longestNapNs, SHORTEST_NAP_NS) : Math.min(longestNapNs, napNs * 2);
            // What is full was not all there was.
            boolean isPause = !isWork || block.hasRoom();
            if (isPause && !isWoken) {
                LockSupport.parkNanos(napNs);
            }
            isWoken = false;
        }
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
        while (isWritable && round() && System.nanoTime() < untilNs) {
            Thread.onSpinWait();
        }
    }

    /** Writes what there is, one block at most; returns whether there was something. */
    boolean round() {
        rounds.lazySet(rounds.get() + 1);
        if (!isWritable && clocks.nowNs() < retryNs) {
            return false;
        }
        long firstTicket = nextTicket;
        long firstSequence = nextSequence;
        long missedBefore = missed.get();
        boolean isWork;
        try {
            if (segment == null) {
                segment = store.newSegment(options.roll());
            }
            lookAtCalendar();
            gather();
            // Before a channel is used: see FaultBoundary.
            FaultBoundary.surface();
            isWork = !block.isEmpty() || isClockNews;
            if (isWork) {
                write(firstTicket, firstSequence);
            }
        } catch (IOException | RuntimeException | Error e) {
            nextTicket = firstTicket;
            nextSequence = firstSequence;
            missed.set(missedBefore);
            fail(e);
            return false;
        }
        // From here on nothing is taken back, whatever fails.
        if (isWork) {
            acknowledge();
        }
        if (!isWritable) {
            isWritable = true;
            log.info("journal-writable", "segment", segment.number());
        }
        retain();
        return isWork;
    }

    /**
     * Deadlines are reckoned across a boot by the offset that is stated last: where CLOCK_REALTIME was set, a block
     * says so, even if there is nothing else to be written.
     */
    private void lookAtCalendar() {
        if (clocks.nowNs() - nextCalendarLookNs >= 0) {
            nextCalendarLookNs = clocks.nowNs() + CALENDAR_LOOK_NS;
            intents.clock(intents.clock().withCalendar(clocks.calendarNs()));
        }
        isClockNews = Math.abs(intents.clock().calendarNs() - statedClock.calendarNs()) >= CALENDAR_STEP_NS;
    }

    /** What is written is written, even if what is old cannot be removed. */
    private void retain() {
        try {
            retention.run(clocks.nowNs(), RETENTION_NS, segment);
        } catch (IOException | RuntimeException | Error e) {
            failures.incrementAndGet();
            log.warn("journal-retention", "folder", store.path(), "error", e);
        }
    }

    private void fail(Throwable e) {
        boolean isFirst = isWritable;
        isWritable = false;
        failures.incrementAndGet();
        retryNs = clocks.nowNs() + RETRY_NS;
        snapshotStart = null;
        wantsSnapshot = true;
        try {
            if (isFirst) {
                log.error("journal-failed", "folder", store.path(), "error", e, "at",
                        Arrays.stream(e.getStackTrace()).limit(FRAMES).toList(), "what",
                        "durable timers are refused until it can be written");
            }
            closeSegment();
        } catch (RuntimeException | Error another) {
            // Such as no memory for saying that there is none: counted, and tried again with everything else.
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

    private void gather() {
        block.clear();
        hasIntent = false;
        snapshotBegun = NONE;
        snapshotEnded = NONE;
        signalsInBlock = 0;
        boolean isMore = true;
        while (isMore && block.hasRoom()) {
            // First the signal, then the entries: see above.
            int found = signals.state(nextSequence);
            if (intents.isCommitted(nextTicket)) {
                intents.copy(nextTicket, entry);
                if (entry.nextSequence <= nextSequence || nextTicket < firstOrderedTicket) {
                    isMore = addEntry();
                    continue;
                }
                if (found == SlotRing.NOT_YET) {
                    // The signal that goes before it has come since.
                    found = signals.state(nextSequence);
                }
            }
            isMore = addSignal(found);
        }
    }

    /** False where it belongs into another block. */
    private boolean addEntry() {
        EntryKind kind = entry.kind();
        if (!block.admits(entry.clock)) {
            return false;
        }
        if (kind == EntryKind.PENDING) {
            hasIntent = true;
            lastIntent = entry.ticket;
        }
        // That of a daemon before does not know what its last signals were.
        boolean isOwn = nextTicket >= firstOwnTicket;
        if (isOwn && kind == EntryKind.SNAPSHOT_BEGIN) {
            snapshotBegun = entry.ticket;
        } else if (isOwn && kind == EntryKind.SNAPSHOT_END) {
            snapshotEnded = entry.body[0];
        }
        block.add(entry);
        nextTicket++;
        return true;
    }

    /** False where there is none so far, or it belongs into another block. */
    private boolean addSignal(int found) {
        boolean isBeforeRing = nextSequence < baseSequence;
        if ((found == SlotRing.NOT_YET && !isBeforeRing) || !block.admitsSignals(intents.clock())) {
            return false;
        }
        if (found == SlotRing.COMMITTED && signals.copy(nextSequence, fields)) {
            block.addSignal(nextSequence, fields);
            signalsInBlock++;
            nextSequence++;
            return true;
        }
        // Overwritten: continues a quarter of the ring behind the publisher, which then has that long to catch up. Or
        // in the ring before this one, which had another size.
        long newest = Math.abs(signals.stamp(nextSequence)) - 1;
        long goOn = isBeforeRing ? baseSequence
                : Math.max(nextSequence + 1, newest - signals.slotCount() + signals.slotCount() / 4 + 1);
        block.addGap(nextSequence, goOn - nextSequence);
        missed.addAndGet(goOn - nextSequence);
        nextSequence = goOn;
        return true;
    }

    private void write(long firstTicket, long firstSequence) throws IOException {
        // Of one that is empty but for that.
        block.admits(intents.clock());
        // What another boot has left is of its clock.
        block.finish(historyId, block.timeOf(intents.clock(), clocks.nowNs()), firstSequence, nextSequence, nextTicket);
        Position position = segment.append(block);
        // What a fault has kept from being written must not be acknowledged.
        FaultBoundary.surface();
        if (hasIntent || snapshotEnded != NONE || isClockNews) {
            segment.sync();
            syncs.incrementAndGet();
        }
        noteSnapshot(firstTicket, position);
    }

    /** Stores where the snapshot begins that ends in this block: by the ticket that its end names. */
    private void noteSnapshot(long firstTicket, Position position) throws IOException {
        boolean beganBefore = snapshotStart != null && snapshotStart.ticket() == snapshotEnded;
        if (beganBefore || snapshotEnded >= firstTicket) {
            store.snapshot(beganBefore ? snapshotStart.position() : position);
            bytesAtSnapshot = bytes.get() + block.length();
            snapshotStart = null;
            retention.soon();
        }
        if (snapshotBegun > snapshotEnded) {
            snapshotStart = new SnapshotStart(snapshotBegun, position);
        }
    }

    private void acknowledge() {
        statedClock = block.clock();
        intents.release(nextTicket);
        entries.set(nextTicket);
        written.addAndGet(signalsInBlock);
        bytes.addAndGet(block.length());
        if (hasIntent) {
            syncedTicket = lastIntent;
        }
        // One that is larger than that is not to end in the next.
        if (snapshotStart == null && bytes.get() - bytesAtSnapshot > options.snapshotBytes()) {
            bytesAtSnapshot = bytes.get();
            wantsSnapshot = true;
        }
    }

    /** Timer thread: something waits for the disk. */
    void wake() {
        isWoken = true;
        LockSupport.unpark(thread);
    }

    /** Timer thread. */
    void snapshotBegan() {
        wantsSnapshot = false;
    }

    /** Grows while the thread is at work, or looks for some. */
    long rounds() {
        return rounds.get();
    }

    boolean wantsSnapshot() {
        return wantsSnapshot;
    }

    boolean isWritable() {
        return isWritable;
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

    /** Writes what was handed over and published by now, and ends. */
    void close() {
        isStopped = true;
        if (!thread.isAlive()) {
            end();
            return;
        }
        wake();
        boolean isInterrupted = false;
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2 * TIMEOUT_MS);
        while (thread.isAlive() && System.nanoTime() < untilNs) {
            try {
                thread.join(1 + TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime()));
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            log.error("journal-stuck", "waitedMs", 2 * TIMEOUT_MS, "what", "the journal stays locked until it ends");
        }
    }
}
