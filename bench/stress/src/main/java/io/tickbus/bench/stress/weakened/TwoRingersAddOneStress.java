// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress.weakened;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.bench.stress.Cell;
import io.tickbus.bench.stress.Sleeper;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** {@code TwoRingersStress} where each ringer adds one, and nothing else is left out. Fails on every processor. */
@JCStressTest
@State
@Outcome(id = "true", expect = FORBIDDEN, desc = "As it should: the daemon sleeps with a message before it.")
@Outcome(id = "false", expect = ACCEPTABLE, desc = "The race did not happen.")
public class TwoRingersAddOneStress {
    private final Cell cell = Cell.next();
    private final Sleeper sleeper = new Sleeper();

    @Actor
    public void client() {
        cell.write(0);
        raise();
    }

    @Actor
    public void daemon() {
        raise();
        sleeper.check(cell);
    }

    private void raise() {
        SharedRegion bell = cell.doorbell.region();
        int word = bell.getIntOpaque(DoorbellLayout.DAEMON_WORD);
        bell.putIntRelease(DoorbellLayout.DAEMON_WORD, word + 1);
        SharedRegion.fullFence();
    }

    @Arbiter
    public void futex(Z_Result r) {
        r.r1 = sleeper.isAsleep(cell);
    }
}
