// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * SYNC slot-consumed: the daemon refuses a quiet command while its client counts the replies that may yet come.
 *
 * <pre>
 *  daemon                        client
 *  reply 0                       consumed       acquire
 *  nextReply ← 1   release       nextReply      acquire
 *  consumed ← 1    release       reply 0 ?
 * </pre>
 *
 * <p>What would break: with the command consumed and no reply in sight, the client takes it for carried out, counts its
 * refusal as none, and sends one command more than the ring of replies has room for.
 */
@JCStressTest
@State
@Outcome(id = {"0, 0", "0, 1", "1, 1"}, expect = ACCEPTABLE, desc = "A reply that may yet come is counted.")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "The command is consumed, and its refusal is not there.")
public class ReplyRoomStress {
    private final SessionCell cell = SessionCell.next();
    private final SlotWriter replies;
    private final long reply;

    public ReplyRoomStress() {
        cell.session.putConnected(SessionStress.FIRST, 1, 0);
        replies = cell.session.replyWriter();
        reply = replies.nextSequence();
    }

    @Actor
    public void daemon() {
        replies.write(new long[SlotRing.FIELD_COUNT]);
        cell.session.putConsumed(1);
    }

    @Actor
    public void client(II_Result r) {
        r.r1 = (int) cell.session.consumed();
        boolean isThere = cell.session.nextReply() == reply + 1
                && cell.session.ring().state(reply) == SlotRing.COMMITTED;
        r.r2 = isThere ? 1 : 0;
    }
}
