// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import java.util.Arrays;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * SYNC slot-consumed, SYNC slot-publish: commands and their answers, as {@code TimerClient} and the daemon exchange
 * them over one session.
 *
 * <p>The client offers four commands to a ring of two slots, empty at first and soon full. The daemon copies each it
 * finds, answers it, and then says that it is consumed. Each accepted command must be carried out once, whole and in
 * order; the first two cannot be refused; and a client that sees a command consumed must find its reply.
 *
 * <p>What would break: a slot reused before it was copied would be carried out with another command's key; a
 * consumed word seen before the reply would make a client that waits for the answer take it for lost.
 */
@JCStressTest
@State
@Outcome(expect = FORBIDDEN, desc = "A command was lost, changed, carried out twice or refused, or a reply missing.")
@Outcome(id = "exact", expect = ACCEPTABLE, desc = "Each accepted command was carried out once and answered.")
public class CommandRingStress {
    private static final int OFFERED = 4;

    private final SessionCell cell = SessionCell.next();

    private final SlotWriter commands = cell.session.commandWriter(cell.commands);
    private final SlotWriter replies = cell.session.replyWriter();
    private long nextToRead;
    private boolean isReplyMissing;
    private boolean isBroken;

    @Actor
    public void client() {
        for (int i = 0; i < OFFERED; i++) {
            Arrays.fill(cell.outgoing, commands.nextSequence() + 1);
            commands.write(cell.outgoing);
            long consumed = cell.session.consumed();
            isReplyMissing |= consumed > 0 && cell.session.ring().state(consumed - 1) == SlotRing.NOT_YET;
        }
    }

    @Actor
    public void daemon() {
        for (int i = 0; i < OFFERED; i++) {
            readNext();
        }
    }

    private boolean readNext() {
        if (cell.commands.read(nextToRead, cell.incoming) != SlotRing.COMMITTED) {
            return false;
        }
        for (long field : cell.incoming) {
            isBroken |= field != nextToRead + 1;
        }
        replies.write(cell.incoming);
        nextToRead++;
        cell.session.putConsumed(nextToRead);
        return true;
    }

    @Arbiter
    public void after(L_Result r) {
        long accepted = commands.nextSequence();
        while (readNext()) {
            isBroken |= nextToRead > accepted;
        }
        isBroken |= nextToRead != accepted || accepted < SessionCell.SLOT_COUNT
                || commands.claim() == SlotWriter.FULL || cell.session.nextReply() != accepted;
        r.r1 = isBroken ? "broken" : isReplyMissing ? "reply missing" : "exact";
    }
}
