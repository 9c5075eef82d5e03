// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress.weakened;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.bench.stress.Cell;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JZ_Result;

/**
 * {@code NextDeadlineStress} with the subscriber's two loads swapped, as {@code PredictiveWait.await} must never
 * have them: the slot first and {@code SignalsHeader.nextDeadlineNs} after it. Fails on every processor.
 */
@JCStressTest
@State
@Outcome(id = "2000, false", expect = FORBIDDEN,
        desc = "As it should: the next deadline without the signal of the old one.")
@Outcome(expect = ACCEPTABLE, desc = "The race did not happen.")
public class NextDeadlineReadLateStress {
    private final Cell cell = Cell.next();

    public NextDeadlineReadLateStress() {
        cell.header.putNextDeadlineNs(1000);
    }

    @Actor
    public void publisher() {
        cell.write(0);
        cell.header.putNextDeadlineNs(2000);
    }

    @Actor
    public void subscriber(JZ_Result r) {
        r.r2 = cell.ring.hasNews(0);
        r.r1 = cell.header.nextDeadlineNs();
    }
}
