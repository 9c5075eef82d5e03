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
 * SYNC parking, SYNC next-deadline: an earlier timer is armed while a subscriber is about to sleep to a later
 * deadline. Dekker's problem again, with the deadline in the place of the signal.
 *
 * <pre>
 *  publisher                          subscriber, planned to sleep to 2000
 *  nextDeadlineNs ← 1000              announce: parked ← 1
 *  full fence                         full fence
 *  parked = 1 ?                       nextDeadlineNs < 2000 ?
 * </pre>
 *
 * <p>What would break: without loading the deadline a second time, or without one of the fences, the subscriber sleeps
 * towards the later deadline and is only woken by the signal itself, through the kernel: a wake-up of tens of
 * microseconds where spinning was promised. {@code weakened.EarlierDeadlineWithoutFenceStress} shows it.
 */
@JCStressTest
@State
@Outcome(id = "false, false", expect = FORBIDDEN,
        desc = "The publisher saw nobody parked and the subscriber saw no earlier deadline.")
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The publisher wakes the sleeper.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The subscriber sees that its plan is outdated.")
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Both noticed: one needless wake-up.")
public class EarlierDeadlineStress {
    private final Cell cell = Cell.next();

    private static final long PLANNED_NS = 2000;

    public EarlierDeadlineStress() {
        cell.header.putNextDeadlineNs(PLANNED_NS);
    }

    @Actor
    public void publisher(ZZ_Result r) {
        cell.header.putNextDeadlineNs(1000);
        r.r1 = cell.doorbell.takeParked();
    }

    @Actor
    public void subscriber(ZZ_Result r) {
        cell.doorbell.announceParked();
        r.r2 = cell.header.nextDeadlineNs() < PLANNED_NS;
    }
}
