package io.tickbus.timer;

import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerReply;

/** What has to look at all timers one after the other, and does so a few at a time: lists, and ends of owners. */
final class TimerPages {
    /** Entries looked at for one page; some tens of microseconds. */
    static final int MOST_LISTED_ENTRIES = 2_048;
    /** Entries looked at in one step of a sweep; some microseconds. */
    static final int MOST_SWEPT_ENTRIES = 1_024;
    /** Timers cancelled in one step of a sweep, each of which may cost several cache misses. */
    static final int MOST_CANCELLED = 64;

    private final TimerTable table;
    private final TimerStore store;
    private int sweepCursor;

    TimerPages(TimerStore store) {
        this.store = store;
        this.table = store.table();
    }

    /** As {@link TimerEngine#list}. */
    void list(int owner, long cursor, int max, ReplySink sink, TimerReply scratch) {
        int length = table.usedEver();
        // The cursor comes from a client, who may have made it up.
        int timer = cursor < 0 || cursor > length ? length : (int) cursor;
        int end = Math.min(length, timer + MOST_LISTED_ENTRIES);
        int listed = 0;
        while (timer < end && listed < max) {
            if (table.isTaken(timer) && (owner == TimerEngine.ALL_OWNERS
                    || owner == table.owner(timer)) && !store.isDying(timer)) {
                describe(timer, scratch);
                sink.reply(scratch);
                listed++;
            }
            timer++;
        }
        sink.reply(scratch.answer(ReplyCode.LIST_END, ReplyReason.NONE, 0).detail(timer < length ? timer : 0));
    }

    private void describe(int timer, TimerReply reply) {
        long periodNs = table.periodNs(timer);
        long occurrence = table.occurrence(timer);
        boolean isPaused = table.state(timer) == TimerTable.PAUSED;
        reply.answer(ReplyCode.LISTED, ReplyReason.NONE, table.key(timer))
                .deadlineNs(isPaused ? 0 : store.monotonicNs(timer, table.dueNs(timer)))
                .timer(table.owner(timer), table.signalId(timer), periodNs)
                .detail(isPaused ? -1 - occurrence : occurrence);
    }

    /** Continues to search for timers whose owner is gone; returns how many entries were looked at. */
    int sweep() {
        int looked = 0;
        int cancelled = 0;
        while (looked < MOST_SWEPT_ENTRIES && cancelled < MOST_CANCELLED && store.owners().areSomeDying()) {
            sweepCursor = sweepCursor < table.usedEver() ? sweepCursor : 0;
            if (table.isTaken(sweepCursor) && store.isDying(sweepCursor)) {
                store.cancel(sweepCursor);
                cancelled++;
            }
            sweepCursor++;
            looked++;
        }
        return looked;
    }
}
