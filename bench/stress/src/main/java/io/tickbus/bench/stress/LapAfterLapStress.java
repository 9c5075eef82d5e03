// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * SYNC slot-publish, SYNC slot-begin: both races at once. The reader waits for sequence 2 in a slot that goes from 0
 * to 2 and on to 4 under it.
 *
 * <p>A stamp is never used twice, so the second check cannot be deceived by a slot that went round: a copy that began
 * under 2 and ended under 4 is thrown away, and one that mixes 0 with 2 never begins.
 *
 * <p>What would break: with a version that wraps (a single valid bit, as in the ancestor of this record) the reader
 * would take 4 for 2, and count neither the loss nor the order.
 */
@JCStressTest
@State
@Outcome(id = "NOT_YET", expect = ACCEPTABLE, desc = "Not there yet, at the last check.")
@Outcome(id = "OVERWRITTEN", expect = ACCEPTABLE, desc = "Gone again, and the reader knows it.")
@Outcome(id = "WHOLE", expect = ACCEPTABLE, desc = "The record was read in its time.")
@Outcome(id = "TORN", expect = FORBIDDEN,
        desc = "A mixture of laps, or another lap, was taken for the record asked for.")
public class LapAfterLapStress {
    private static final int ATTEMPTS = 20;

    private final Cell cell = Cell.next();

    public LapAfterLapStress() {
        cell.write(0);
    }

    @Actor
    public void writer() {
        cell.write(2);
        cell.write(3);
        cell.write(4);
    }

    @Actor
    public void reader(L_Result r) {
        Cell.Copy copy = cell.read(2);
        for (int again = 0; again < ATTEMPTS && copy == Cell.Copy.NOT_YET; again++) {
            copy = cell.read(2);
        }
        r.r1 = copy;
    }
}
