// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.ReplyReason;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * SYNC session: a client that sees its eviction also sees why, and finds every reply that was written before.
 *
 * <p>What would break: without release and acquire the client could report no reason, and count a command as
 * unanswered whose answer is there.
 */
@JCStressTest
@State
@Outcome(id = {"connected", "unreadable, answered"}, expect = ACCEPTABLE, desc = "As it is.")
@Outcome(expect = FORBIDDEN, desc = "The reason or the last reply is missing.")
public class EvictionStress {
    private final SessionCell cell = SessionCell.next();

    private final SlotWriter replies = cell.session.replyWriter();

    public EvictionStress() {
        cell.session.putConnected(SessionStress.FIRST, 1, 0);
    }

    @Actor
    public void daemon() {
        replies.write(cell.incoming);
        cell.session.putEvicted(ReplyReason.UNREADABLE);
    }

    @Actor
    public void client(L_Result r) {
        if (cell.session.state() != RepliesLayout.STATE_EVICTED) {
            r.r1 = "connected";
        } else {
            String answer = cell.session.ring().state(0) == SlotRing.COMMITTED ? "answered" : "unanswered";
            r.r1 = (cell.session.reason() == ReplyReason.UNREADABLE ? "unreadable, " : "no reason, ") + answer;
        }
    }
}
