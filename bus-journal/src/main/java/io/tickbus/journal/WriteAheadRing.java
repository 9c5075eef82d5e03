// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.file.AtomicFile;
import io.tickbus.core.internal.file.FileHeader;
import io.tickbus.core.internal.file.SecureFiles;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The write-ahead ring, in the bus's {@code intents} file ({@link IntentsLayout}): the timer thread appends an entry
 * before a command takes effect, and the journal's thread copies it to the journal. The file is mapped shared memory,
 * so an entry survives the process however it dies.
 *
 * <pre>
 *  timer thread                              journal's thread, or the next daemon
 *  consumed: room?            acquire        stamp = ticket+1 ?        acquire
 *  entry                      plain          copy the entry            plain
 *  stamp ← ticket+1           release        write it to the journal
 *                                            consumed ← ticket+1       release
 * </pre>
 *
 * <p>What would break: without the release of the stamp, an entry could be seen, or found after a kill, with fields of
 * the previous entry in its slot; without the acquire, the same. Without release and acquire of {@code consumed}, an
 * entry could be overwritten while it is being copied. An entry is never overwritten before it is in the journal, so
 * the stamp need not be checked again after the copy, as in a ring that overwrites.
 *
 * <p><b>Threads:</b> one producer, one consumer. <b>Progress:</b> wait-free; never overwrites.
 *
 * <p>Source: Lamport, <i>Specifying Concurrent Program Modules</i> (1983).
 */
public final class WriteAheadRing {
    /** Returned instead of a ticket if the ring is full. */
    public static final long FULL = -1;

    private static final FileHeader KIND = new FileHeader("intents file", IntentsLayout.MAGIC_VALUE,
            IntentsLayout.VERSION, IntentsLayout.HEADER_LENGTH, IntentsLayout.ENTRY_LENGTH,
            IntentsLayout.MAX_SLOT_COUNT,
            "move it away and start the daemon again: entries that are not in the journal are lost then");

    private final SharedRegion region;
    private final int slotCount;
    private final long mask;
    private long nextTicket;
    private long knownConsumed;
    /** The clock of new entries. Either thread sets it. */
    private volatile JournalClock clock = JournalClock.NONE;

    private WriteAheadRing(SharedRegion region, int slotCount) {
        this.region = region;
        this.slotCount = slotCount;
        this.mask = slotCount - 1L;
    }

    /** A ring in memory that has a file's layout; for tests. */
    public static WriteAheadRing over(SharedRegion region, int slotCount) {
        return new WriteAheadRing(region, slotCount);
    }

    /** Creates an empty file, mode 0600, which replaces an earlier one atomically. The caller has locked the bus. */
    static WriteAheadRing create(BusDirectory directory, SignalsHeader bus, long journalId, int slotCount) {
        SharedRegion region = AtomicFile.create(directory.intents(), IntentsLayout.fileLength(slotCount), null,
                made -> {
                    KIND.write(made, slotCount);
                    made.putLong(IntentsLayout.HISTORY_ID, bus.historyId());
                    made.putLong(IntentsLayout.EPOCH, bus.epoch());
                    made.putLong(IntentsLayout.JOURNAL_ID, journalId);
                    KIND.commit(made);
                });
        return new WriteAheadRing(region, slotCount);
    }

    /**
     * Maps the file that the previous daemon left, to continue from it; returns null if there is none. The caller has
     * locked the bus.
     *
     * @throws BusException if the file cannot be used; the message says what differs
     */
    static WriteAheadRing attachIfPresent(BusDirectory directory) {
        Path path = directory.intents();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try (FileChannel channel = SecureFiles.open(path, directory.ownerId(), true)) {
            ByteBuffer header = KIND.read(path, channel);
            int slots = KIND.slotCount(path, header);
            KIND.length(path, header, channel.size(), IntentsLayout.fileLength(slots));
            return new WriteAheadRing(SharedRegion.map(channel, IntentsLayout.fileLength(slots), true), slots);
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    /** The id of the journal to which the entries belong. */
    long journalId() {
        return region.getLong(IntentsLayout.JOURNAL_ID);
    }

    /** Sets where the producer and the consumer continue; called before either thread runs. */
    public void begin(long firstUnwritten, long next) {
        nextTicket = next;
        knownConsumed = firstUnwritten;
        region.putLongRelease(IntentsLayout.CONSUMED, firstUnwritten);
    }

    /** Sets the clock of new entries; consumer, or before either thread runs. */
    void clock(JournalClock newClock) {
        clock = newClock;
    }

    JournalClock clock() {
        return clock;
    }

    private int offset(long ticket) {
        return IntentsLayout.HEADER_LENGTH + (int) (ticket & mask) * IntentsLayout.ENTRY_LENGTH;
    }

    /** The number of slots. */
    public int slotCount() {
        return slotCount;
    }

    /** Producer: the ticket of the next entry. */
    public long nextTicket() {
        return nextTicket;
    }

    /** Producer: the number of free slots. */
    public int freeSlots() {
        if (nextTicket - knownConsumed > slotCount / 2) {
            // SYNC ahead-release: pairs with WriteAheadRing.release; without acquire an entry could be overwritten
            // while the other thread still copies it.
            knownConsumed = region.getLongAcquire(IntentsLayout.CONSUMED);
        }
        return slotCount - (int) (nextTicket - knownConsumed);
    }

    /** Producer: appends an entry; returns its ticket, or {@link #FULL} if there is no room. */
    public long append(long header, long nextSequence, long nowNs, long[] body, int words) {
        if (freeSlots() == 0) {
            return FULL;
        }
        long ticket = nextTicket;
        int at = offset(ticket);
        JournalClock now = clock;
        region.putLong(at + IntentsLayout.HEADER, header);
        region.putLong(at + IntentsLayout.NEXT_SEQUENCE, nextSequence);
        region.putLong(at + IntentsLayout.NOW_NS, nowNs);
        for (int i = 0; i < IntentsLayout.BODY_WORDS; i++) {
            region.putLong(at + IntentsLayout.BODY + i * Long.BYTES, i < words ? body[i] : 0);
        }
        region.putLong(at + IntentsLayout.BOOT, now.boot());
        region.putLong(at + IntentsLayout.NAMESPACE_NS, now.namespaceNs());
        region.putLong(at + IntentsLayout.CALENDAR_NS, now.calendarNs());
        // SYNC ahead-commit: pairs with WriteAheadRing.isCommitted; without release the entry could be seen, or survive
        // a kill, with fields of the previous entry in its slot.
        region.putLongRelease(at + IntentsLayout.STAMP, ticket + 1);
        nextTicket = ticket + 1;
        return ticket;
    }

    /** Consumer: whether the entry of a ticket is complete. */
    public boolean isCommitted(long ticket) {
        // SYNC ahead-commit: pairs with WriteAheadRing.append; without acquire the copy could have older fields.
        return region.getLongAcquire(offset(ticket) + IntentsLayout.STAMP) == ticket + 1;
    }

    /** Consumer: copies an entry for which {@link #isCommitted} has returned true. */
    public void copy(long ticket, Entry entry) {
        int at = offset(ticket);
        entry.ticket = ticket;
        entry.header = region.getLong(at + IntentsLayout.HEADER);
        entry.nextSequence = region.getLong(at + IntentsLayout.NEXT_SEQUENCE);
        entry.nowNs = region.getLong(at + IntentsLayout.NOW_NS);
        for (int i = 0; i < IntentsLayout.BODY_WORDS; i++) {
            entry.body[i] = region.getLong(at + IntentsLayout.BODY + i * Long.BYTES);
        }
        entry.clock = entry.clock.with(region.getLong(at + IntentsLayout.BOOT),
                region.getLong(at + IntentsLayout.NAMESPACE_NS), region.getLong(at + IntentsLayout.CALENDAR_NS));
    }

    /** Consumer: releases the slots of all entries before a ticket, as they are in the journal. */
    public void release(long ticket) {
        // SYNC ahead-release: pairs with WriteAheadRing.freeSlots; without release the copy could happen after the slot
        // is reused, and mix two entries.
        region.putLongRelease(IntentsLayout.CONSUMED, ticket);
    }

    /** Any thread: roughly how many entries are not in the journal yet. */
    public long backlog() {
        return nextTicket - region.getLongOpaque(IntentsLayout.CONSUMED);
    }

    /** The ticket in a slot according to its stamp, or −1 for none; for recovery. */
    public long ticketAt(int slot) {
        long stamp = region.getLongAcquire(IntentsLayout.HEADER_LENGTH + slot * IntentsLayout.ENTRY_LENGTH);
        return stamp > 0 && ((stamp - 1) & mask) == slot ? stamp - 1 : -1;
    }
}
