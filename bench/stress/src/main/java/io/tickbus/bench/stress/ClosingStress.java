// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.layout.SignalsLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * SYNC state: a subscriber that sees the bus closed sees its last signal.
 *
 * <p>What would break: a subscriber that reads to the end stops when the state says closed and the slot says
 * nothing. If the state could be seen before the last commit, the last signal before a stop would be lost by every
 * subscriber that spins.
 */
@JCStressTest
@State
@Outcome(id = "1, false", expect = ACCEPTABLE, desc = "Open, and nothing to read yet.")
@Outcome(id = "1, true", expect = ACCEPTABLE, desc = "Open, with a signal to read.")
@Outcome(id = "2, true", expect = ACCEPTABLE, desc = "Closed, with the last signal to read.")
@Outcome(id = "2, false", expect = FORBIDDEN, desc = "Closed before its last signal.")
public class ClosingStress {
    private final Cell cell = Cell.next();

    public ClosingStress() {
        cell.header.putState(SignalsLayout.STATE_OPEN);
    }

    @Actor
    public void publisher() {
        cell.write(0);
        cell.header.putState(SignalsLayout.STATE_CLOSED);
    }

    @Actor
    public void subscriber(IZ_Result r) {
        r.r1 = cell.header.state();
        r.r2 = cell.ring.hasNews(0);
    }
}
