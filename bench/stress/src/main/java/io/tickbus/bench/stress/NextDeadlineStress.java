// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JZ_Result;

/**
 * SYNC next-deadline: the publisher commits the signal of a deadline and then announces the next deadline; the
 * subscriber reads the deadline and then checks the slot. A deadline that is already the next one implies a signal
 * that is seen.
 *
 * <p>What would break: with either pair of accesses swapped, by the program, the compiler or the processor, the
 * subscriber plans its sleep for the next deadline and finds no signal of the last one. It was there all the time,
 * and is read a whole period late: in a prototype that was the 90th percentile. {@code
 * weakened.NextDeadlineReadLateStress} loads them in the wrong order.
 */
@JCStressTest
@State
@Outcome(id = "1000, false", expect = ACCEPTABLE,
        desc = "Still the old deadline: the subscriber waits for it, spinning.")
@Outcome(id = "1000, true", expect = ACCEPTABLE, desc = "The old deadline, and its signal is there.")
@Outcome(id = "2000, true", expect = ACCEPTABLE, desc = "The next deadline, and the signal of the old one is there.")
@Outcome(id = "2000, false", expect = FORBIDDEN,
        desc = "The next deadline without the signal of the old one: the subscriber sleeps through it.")
public class NextDeadlineStress {
    private final Cell cell = Cell.next();

    public NextDeadlineStress() {
        cell.header.putNextDeadlineNs(1000);
    }

    @Actor
    public void publisher() {
        cell.write(0);
        cell.header.putNextDeadlineNs(2000);
    }

    @Actor
    public void subscriber(JZ_Result r) {
        r.r1 = cell.header.nextDeadlineNs();
        r.r2 = cell.ring.hasNews(0);
    }
}
