// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.internal.memory.SharedRegion;

/**
 * The write-ahead ring, in the bus's {@code intents} file: the timer thread appends an entry before a command takes
 * effect, and the journal's thread copies it to the journal. The file is mapped shared memory, so an entry survives the
 * process however it dies.
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

    private final SharedRegion region;
    private final int slotCount;
    private final long mask;
    private long nextTicket;
    private long knownConsumed;
    /** The clock of new entries. Either thread sets it. */
    private volatile JournalClock clock = JournalClock.NONE;

    private WriteAheadRing(IntentsFile file) {
        this.region = file.region();
        this.slotCount = file.slotCount();
        this.mask = slotCount - 1L;
    }

    /** A ring in a file, or in memory with a file's layout. */
    public static WriteAheadRing over(IntentsFile file) {
        return new WriteAheadRing(file);
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
        // SYNC ahead-commit: pairs with WriteAheadRing.append; without acquire the copy could hold older fields.
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
