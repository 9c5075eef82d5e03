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
 * SYNC slot-begin: a reader whose slot is overwritten while it copies must notice.
 *
 * <p>The slot holds sequence 0 and the reader copies it, while the writer laps it with sequence 2. The reader loads
 * the stamp before and after; the writer says <i>being written</i> before it touches a field. If any field of the
 * copy is new, the second check finds another stamp.
 *
 * <p>What would break: without the writer's store-store fence a new field could be seen before the stamp that
 * announces it; without the reader's load-load fence the second check could be done before the copy. Either way a
 * slow subscriber would get the key of one signal with the deadline of another. {@code
 * weakened.LapUnannouncedStress} and {@code weakened.LapWithoutSecondLookStress} do.
 */
@JCStressTest
@State
@Outcome(id = "OVERWRITTEN", expect = ACCEPTABLE, desc = "The reader was lapped and knows it.")
@Outcome(id = "WHOLE", expect = ACCEPTABLE, desc = "The record was read before it was overwritten.")
@Outcome(expect = FORBIDDEN, desc = "Called not there yet, though it was: a subscriber would wait for it for ever.")
@Outcome(id = "TORN", expect = FORBIDDEN, desc = "A torn record was taken for a whole one.")
public class LapDuringCopyStress {
    private final Cell cell = Cell.next();

    public LapDuringCopyStress() {
        cell.write(0);
    }

    @Actor
    public void writer() {
        cell.write(2);
    }

    @Actor
    public void reader(L_Result r) {
        r.r1 = cell.read(0);
    }
}
