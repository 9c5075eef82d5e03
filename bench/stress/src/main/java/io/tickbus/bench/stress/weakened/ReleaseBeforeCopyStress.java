// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress.weakened;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.bench.stress.Cell;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * {@code RefuseFullStress} with {@code SlotWriter.releaseConsumed} before the copy, which is what a consumed word
 * without release may come to. Fails on every processor.
 */
@JCStressTest
@State
@Outcome(id = "TORN", expect = FORBIDDEN, desc = "As it should: a torn record was taken for a whole one.")
@Outcome(expect = ACCEPTABLE, desc = "The race did not happen.")
public class ReleaseBeforeCopyStress {
    private final Cell cell = Cell.next();

    private final SlotWriter writer = SlotWriter.refusing(cell.ring, 0, cell.region, Cell.CONSUMED);

    public ReleaseBeforeCopyStress() {
        write(0);
        write(1);
    }

    private void write(long sequence) {
        writer.write(cell.fields(sequence));
    }

    @Actor
    public void writer() {
        write(2);
    }

    @Actor
    public void reader(L_Result r) {
        boolean isCommitted = cell.ring.state(0) == SlotRing.COMMITTED;
        SlotWriter.releaseConsumed(cell.region, Cell.CONSUMED, 1);
        r.r1 = isCommitted ? cell.copy(0) : Cell.Copy.NOT_YET;
    }
}
