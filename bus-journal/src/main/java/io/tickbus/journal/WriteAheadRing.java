package io.tickbus.journal;

import io.tickbus.core.internal.memory.SharedRegion;

/**
 * The ring between the timer thread, which hands over entries, and the journal's thread, which writes them: in a mapped
 * file, so that what was handed over outlives the process however it dies.
 *
 * <pre>
 *  timer thread                              journal's thread, or the next daemon
 *  consumed: room?            acquire        stamp = ticket+1 ?        acquire
 *  entry                      plain          copy the entry            plain
 *  stamp ← ticket+1           release        write it to the journal
 *                                            consumed ← ticket+1       release
 * </pre>
 *
 * <p>What would break: without the release an entry could be seen, or found after a kill, with parts of the one before
 * in it; without the acquire the same; without release and acquire of {@code consumed} an entry could be overwritten
 * while it is still being copied. An entry is never overwritten before the journal has it, so there is no second look
 * at the stamp as in a ring that overwrites.
 *
 * <p><b>Threads:</b> one producer, one consumer. <b>Progress:</b> wait-free; never overwrites.
 *
 * <p>Source: Lamport, <i>Specifying Concurrent Program Modules</i> (1983).
 */
public final class WriteAheadRing {
    /** Instead of a ticket: the ring is full. */
    public static final long FULL = -1;

    private final SharedRegion region;
    private final int slotCount;
    private final long mask;
    private long nextTicket;
    private long knownConsumed;
    /** Of what is put. Either thread's. */
    private volatile JournalClock clock = JournalClock.NONE;

    private WriteAheadRing(IntentsFile file) {
        this.region = file.region();
        this.slotCount = file.slotCount();
        this.mask = slotCount - 1L;
    }

    /** Over a file, or memory that looks like one. */
    public static WriteAheadRing over(IntentsFile file) {
        return new WriteAheadRing(file);
    }

    /** Before both threads run: where the producer and the consumer continue. */
    public void begin(long firstUnwritten, long next) {
        nextTicket = next;
        knownConsumed = firstUnwritten;
        region.putLongRelease(IntentsLayout.CONSUMED, firstUnwritten);
    }

    /** Consumer, or before both threads run: the clock that what is put from now on is written in. */
    void clock(JournalClock newClock) {
        clock = newClock;
    }

    JournalClock clock() {
        return clock;
    }

    private int offset(long ticket) {
        return IntentsLayout.HEADER_LENGTH + (int) (ticket & mask) * IntentsLayout.ENTRY_LENGTH;
    }

    /** Entries. */
    public int slotCount() {
        return slotCount;
    }

    /** Producer: the ticket of the next entry. */
    public long nextTicket() {
        return nextTicket;
    }

    /** Producer: free entries. */
    public int freeSlots() {
        if (nextTicket - knownConsumed > slotCount / 2) {
            // SYNC ahead-release: pairs with WriteAheadRing.release; without acquire an entry could be written over
            // while the other thread still copies it.
            knownConsumed = region.getLongAcquire(IntentsLayout.CONSUMED);
        }
        return slotCount - (int) (nextTicket - knownConsumed);
    }

    /** Producer: hands over an entry; returns its ticket, or {@link #FULL} where there is no room for it. */
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

    /** Consumer: whether the entry of a ticket is whole. */
    public boolean isCommitted(long ticket) {
        // SYNC ahead-commit: pairs with WriteAheadRing.append; without acquire the copy could hold older fields.
        return region.getLongAcquire(offset(ticket) + IntentsLayout.STAMP) == ticket + 1;
    }

    /** Consumer, after {@link #isCommitted}. */
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

    /** Consumer: the entries before a ticket are in the journal. */
    public void release(long ticket) {
        // SYNC ahead-release: pairs with WriteAheadRing.freeSlots; without release the copy could happen after the slot
        // is reused, and mix two entries.
        region.putLongRelease(IntentsLayout.CONSUMED, ticket);
    }

    /** Any thread: entries that are not in the journal, about. */
    public long backlog() {
        return nextTicket - region.getLongOpaque(IntentsLayout.CONSUMED);
    }

    /** What the slot at a place holds, by its stamp; −1 for nothing. After a restart. */
    public long ticketAt(int slot) {
        long stamp = region.getLongAcquire(IntentsLayout.HEADER_LENGTH + slot * IntentsLayout.ENTRY_LENGTH);
        return stamp > 0 && ((stamp - 1) & mask) == slot ? stamp - 1 : -1;
    }
}
