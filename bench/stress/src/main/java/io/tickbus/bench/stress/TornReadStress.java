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
 * SYNC slot-publish: a reader that waits for the next record must not see its stamp before its fields.
 *
 * <p>The writer laps slot 0, which holds sequence 0, with sequence 2, for which the reader waits. The stamp is stored
 * last with release and loaded first with acquire, so whoever sees it sees all fields under it.
 *
 * <p>What would break: with a plain stamp the compiler, or an ARM processor, may store it before the deadline, and a
 * timer's signal would arrive with the deadline of the lap before. The variant that does this is
 * {@code weakened.StampBeforeFieldsStress}.
 */
@JCStressTest
@State
@Outcome(id = "NOT_YET", expect = ACCEPTABLE, desc = "The record was not there yet.")
@Outcome(id = "WHOLE", expect = ACCEPTABLE, desc = "The record was read whole.")
@Outcome(expect = FORBIDDEN, desc = "Called overwritten, though nothing later was written.")
@Outcome(id = "TORN", expect = FORBIDDEN, desc = "A torn record was taken for a whole one.")
public class TornReadStress {
    private final Cell cell = Cell.next();

    public TornReadStress() {
        cell.write(0);
    }

    @Actor
    public void writer() {
        cell.write(2);
    }

    @Actor
    public void reader(L_Result r) {
        r.r1 = cell.read(2);
    }
}
