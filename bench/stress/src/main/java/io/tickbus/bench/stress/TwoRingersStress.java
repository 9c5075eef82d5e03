// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.layout.DoorbellLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * SYNC daemon-doorbell: of two that ring at once, neither is missed. One of them is the sleeper itself here, which
 * rings a moment before it checks; so two processors are enough.
 *
 * <pre>
 *  client            another thread, and the daemon
 *  message           raise
 *  raise             seen ← daemonWord   acquire, after the fence of raise
 *                    message ?
 *                    sleep while daemonWord = seen
 * </pre>
 *
 * <p>Raising is a load and a store, so one's store may wipe out the other's. What would break, were the two to add the
 * same: both load 0, the one stores 1, the daemon sees 1 and no message, the client stores 1, and the daemon sleeps
 * with a message before it.
 */
@JCStressTest
@State
@Outcome(id = "seen", expect = ACCEPTABLE, desc = "The daemon saw the message.")
@Outcome(id = "woken", expect = ACCEPTABLE, desc = "It did not, and the ring wakes it or does not let it sleep.")
@Outcome(id = "asleep", expect = FORBIDDEN, desc = "The daemon sleeps with a message before it.")
public class TwoRingersStress {
    private final Cell cell = Cell.next();
    private final Sleeper sleeper = new Sleeper();

    @Actor
    public void client() {
        cell.write(0);
        cell.doorbell.raise(DoorbellLayout.DAEMON_WORD);
    }

    @Actor
    public void daemon() {
        cell.doorbell.raise(DoorbellLayout.DAEMON_WORD);
        sleeper.check(cell);
    }

    @Arbiter
    public void futex(L_Result r) {
        r.r1 = sleeper.outcome(cell);
    }
}
