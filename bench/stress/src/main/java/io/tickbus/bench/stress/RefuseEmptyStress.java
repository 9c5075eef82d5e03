// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * SYNC slot-publish, SYNC slot-consumed: at the other end, in a ring that is empty or nearly so, each record is read
 * once and in order, and none is refused without need.
 *
 * <p>The writer offers four records to two slots while the reader takes what it finds. What was accepted must have
 * been read, or be read afterwards, exactly once and whole; the first two cannot have been refused.
 *
 * <p>What would break: a reader that took a stamp of the lap before for a new record would read it twice; a writer
 * with a stale consumed word would refuse for ever if it did not load it again.
 */
@JCStressTest
@State
@Outcome(expect = FORBIDDEN, desc = "A record was lost, read twice, torn, or refused although there was room.")
@Outcome(id = "exact", expect = ACCEPTABLE, desc = "What was accepted was read once, whole and in order.")
public class RefuseEmptyStress {
    private final Cell cell = Cell.next();

    private static final int OFFERED = 4;

    private final SlotWriter writer = SlotWriter.refusing(cell.ring, 0, cell.region, Cell.CONSUMED);
    private long nextToRead;
    private boolean isBroken;

    @Actor
    public void writer() {
        for (int i = 0; i < OFFERED; i++) {
            writer.write(cell.fields(writer.nextSequence()));
        }
    }

    @Actor
    public void reader() {
        for (int i = 0; i < OFFERED; i++) {
            readNext();
        }
    }

    private boolean readNext() {
        if (cell.ring.state(nextToRead) != SlotRing.COMMITTED) {
            return false;
        }
        isBroken |= cell.copy(nextToRead) != Cell.Copy.WHOLE;
        nextToRead++;
        SlotWriter.releaseConsumed(cell.region, Cell.CONSUMED, nextToRead);
        return true;
    }

    @Arbiter
    public void after(L_Result r) {
        long accepted = writer.nextSequence();
        while (readNext()) {
            isBroken |= nextToRead > accepted;
        }
        isBroken |= nextToRead != accepted || accepted < Cell.SLOT_COUNT || writer.claim() == SlotWriter.FULL;
        r.r1 = isBroken ? "broken" : "exact";
    }
}
