// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The smallest daemon there is: replies for one session of two slots, and a command ring of two
 * slots, in memory of this process. Cells go round as {@link Cell}s do.
 */
public final class SessionCell {
    /** Slots of both rings. */
    public static final int SLOT_COUNT = 2;

    private static final int SESSIONS = 1;
    private static final int LENGTH = (int) RepliesLayout.fileLength(SESSIONS, SLOT_COUNT);
    private static final int CELLS = 1 << 14;
    private static final SessionCell[] POOL = new SessionCell[CELLS];
    private static final AtomicInteger TAKEN = new AtomicInteger();

    static {
        for (int i = 0; i < CELLS; i++) {
            POOL[i] = new SessionCell();
        }
    }

    private final SharedRegion region = SharedRegion.allocate(LENGTH);
    private final SharedRegion commandRegion = SharedRegion.allocate(SLOT_COUNT * SlotRing.SLOT_LENGTH);
    /** The replies, as the daemon maps them. */
    public final RepliesFile replies = RepliesFile.over(region, SESSIONS, SLOT_COUNT);
    /** The client's session. */
    public final Session session = replies.session(0);
    /** The client's commands. */
    public final SlotRing commands = new SlotRing(commandRegion, 0, SLOT_COUNT);
    /** Room for a record, the client's. */
    public final long[] outgoing = new long[SlotRing.FIELD_COUNT];
    /** Room for a record, the daemon's. */
    public final long[] incoming = new long[SlotRing.FIELD_COUNT];

    private SessionCell() {
    }

    /** A cell of zeros, used by nobody else, whose daemon is awake. */
    public static SessionCell next() {
        SessionCell cell = POOL[TAKEN.getAndIncrement() & (CELLS - 1)];
        clear(cell.region, RepliesLayout.sessionOffset(0), LENGTH);
        clear(cell.commandRegion, 0, SLOT_COUNT * SlotRing.SLOT_LENGTH);
        cell.replies.announceAwake();
        return cell;
    }

    private static void clear(SharedRegion region, int from, int to) {
        for (int word = from; word < to; word += Long.BYTES) {
            region.putLong(word, 0);
        }
    }
}
