// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress.weakened;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.bench.stress.Cell;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * {@code LapDuringCopyStress} without the first line of {@code SlotRing.beginWrite}: the slot never says <i>being
 * written</i>, and a release store of the new stamp is all there is. Fails on every processor.
 */
@JCStressTest
@State
@Outcome(id = "TORN", expect = FORBIDDEN, desc = "As it should: a torn record was taken for a whole one.")
@Outcome(expect = ACCEPTABLE, desc = "The race did not happen.")
public class LapUnannouncedStress {
    private final Cell cell = Cell.next();

    public LapUnannouncedStress() {
        cell.write(0);
    }

    @Actor
    public void writer() {
        int slot = cell.ring.slotOffset(2);
        cell.writeFields(slot, 2);
        cell.ring.commit(slot, 2);
    }

    @Actor
    public void reader(L_Result r) {
        r.r1 = cell.read(0);
    }
}
