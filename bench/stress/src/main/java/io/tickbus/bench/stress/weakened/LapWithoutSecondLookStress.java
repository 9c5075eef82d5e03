// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress.weakened;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.bench.stress.Cell;
import io.tickbus.core.internal.memory.SlotRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * {@code LapDuringCopyStress} without the reader's {@code SlotRing.isStillCommitted}. Fails on every processor.
 */
@JCStressTest
@State
@Outcome(id = "TORN", expect = FORBIDDEN, desc = "As it should: a torn record was taken for a whole one.")
@Outcome(expect = ACCEPTABLE, desc = "The race did not happen.")
public class LapWithoutSecondLookStress {
    private final Cell cell = Cell.next();

    public LapWithoutSecondLookStress() {
        cell.write(0);
    }

    @Actor
    public void writer() {
        cell.write(2);
    }

    @Actor
    public void reader(L_Result r) {
        r.r1 = cell.ring.state(0) == SlotRing.COMMITTED ? cell.copy(0) : Cell.Copy.NOT_YET;
    }
}
