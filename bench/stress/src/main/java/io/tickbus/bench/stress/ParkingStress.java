// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * SYNC parking: a subscriber that goes to sleep and a publisher that checks whether anyone sleeps must not miss each
 * other. It is Dekker's problem: each stores its own word and then loads the other's.
 *
 * <pre>
 *  publisher                          subscriber
 *  commit the signal                  announce: parked ← 1
 *  full fence                         full fence
 *  parked = 1 ?                       is the signal there ?
 * </pre>
 *
 * <p>What would break: a store waits in the processor's store buffer while the load after it is already done, on x86
 * as everywhere. Without both fences the publisher sees nobody parked and the subscriber sees no signal: it sleeps
 * to its bound, a whole heartbeat check, with the signal in front of it. Release and acquire do not help; only the
 * full fence does. {@code weakened.ParkingWithoutFenceStress} shows it.
 */
@JCStressTest
@State
@Outcome(id = "false, false", expect = FORBIDDEN,
        desc = "The publisher saw nobody parked and the subscriber saw no signal: it sleeps through it.")
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The publisher wakes the sleeper.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The subscriber sees the signal and does not sleep.")
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Both noticed: one needless wake-up.")
public class ParkingStress {
    private final Cell cell = Cell.next();

    @Actor
    public void publisher(ZZ_Result r) {
        cell.write(0);
        r.r1 = cell.doorbell.takeParked();
    }

    @Actor
    public void subscriber(ZZ_Result r) {
        cell.doorbell.announceParked();
        r.r2 = cell.ring.hasNews(0);
    }
}
