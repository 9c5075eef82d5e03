// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress.weakened;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.bench.stress.Cell;
import io.tickbus.core.internal.layout.DoorbellLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * {@code EarlierDeadlineStress} without the full fence of {@code Doorbell.announceParked} and of {@code
 * Doorbell.takeParked}. Fails on every processor, as {@link ParkingWithoutFenceStress} does.
 */
@JCStressTest
@State
@Outcome(id = "false, false", expect = FORBIDDEN,
        desc = "As it should: nobody was seen parked, no earlier deadline was seen.")
@Outcome(expect = ACCEPTABLE, desc = "The race did not happen.")
public class EarlierDeadlineWithoutFenceStress {
    private final Cell cell = Cell.next();

    private static final long PLANNED_NS = 2000;

    public EarlierDeadlineWithoutFenceStress() {
        cell.header.putNextDeadlineNs(PLANNED_NS);
    }

    @Actor
    public void publisher(ZZ_Result r) {
        cell.header.putNextDeadlineNs(1000);
        r.r1 = cell.doorbell.region().getIntOpaque(DoorbellLayout.SUBSCRIBERS_PARKED) != 0;
    }

    @Actor
    public void subscriber(ZZ_Result r) {
        cell.doorbell.region().putIntOpaque(DoorbellLayout.SUBSCRIBERS_PARKED, 1);
        r.r2 = cell.header.nextDeadlineNs() < PLANNED_NS;
    }
}
