// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;

/** Lists the timers of a {@link TimerStore}, page by page. */
final class TimerListing {
    /** Entries examined for one page; some tens of microseconds. */
    static final int MAX_PAGE_ENTRIES = 2_048;

    private final TimerStore store;
    private final TimerTable table;
    private final ScanCursor page;
    private final TimerCommand scratchCommand = new TimerCommand();

    TimerListing(TimerStore store, TimerTable table) {
        this.store = store;
        this.table = table;
        this.page = new ScanCursor(table);
    }

    /** As {@link TimerEngine#list}. */
    void list(int owner, long cursor, int max, ReplySink sink, TimerReply scratch) {
        page.from(cursor, MAX_PAGE_ENTRIES);
        int listed = 0;
        while (listed < max && page.next()) {
            int timer = page.timer();
            if ((owner == TimerEngine.ALL_OWNERS || owner == table.owner(timer)) && !store.isClosing(timer)) {
                sink.reply(describe(timer, scratch));
                sink.reply(describeRest(timer, scratch));
                listed++;
            }
        }
        sink.reply(scratch.answer(ReplyCode.LIST_END, ReplyReason.NONE, 0).detail(page.position()));
    }

    private TimerReply describe(int timer, TimerReply reply) {
        long occurrence = table.occurrence(timer);
        boolean isPaused = table.state(timer) == TimerTable.PAUSED;
        return reply.answer(ReplyCode.LISTED, ReplyReason.NONE, table.key(timer))
                .deadlineNs(isPaused ? 0 : store.dueNs(timer)).signalSequence(table.lateCount(timer))
                .timer(table.owner(timer), table.signalId(timer), table.periodNs(timer))
                .detail(isPaused ? -1 - occurrence : occurrence);
    }

    private TimerReply describeRest(int timer, TimerReply reply) {
        table.copyArming(timer, scratchCommand);
        return reply.answer(ReplyCode.LISTED_REST, ReplyReason.NONE, table.key(timer))
                .deadlineNs(table.dueNs(timer)).arming(table.owner(timer), scratchCommand);
    }
}
