// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.platform.ProcessIdentity;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * SYNC epoch: a subscriber that sees a new epoch sees the publisher that began it.
 *
 * <p>The identity is not read in one piece, so with the old epoch the reader may well see parts of the new one: then
 * the epoch changes under it, and it reads again. The other direction is what counts, since nothing would make it
 * read again.
 *
 * <p>What would break: a subscriber that is told of a restart would ask whether the dead predecessor lives, and
 * report the new publisher as dead.
 */
@JCStressTest
@State
@Outcome(id = "1, 10", expect = ACCEPTABLE, desc = "The first epoch and its publisher.")
@Outcome(id = "2, 20", expect = ACCEPTABLE, desc = "The second epoch and its publisher.")
@Outcome(id = "1, 20", expect = ACCEPTABLE,
        desc = "The next publisher is about to begin its epoch: the read is repeated when the epoch changes.")
@Outcome(expect = FORBIDDEN, desc = "A new epoch with the publisher of the old one.")
public class EpochStress {
    private final Cell cell = Cell.next();

    public EpochStress() {
        cell.header.beginEpoch(new ProcessIdentity(10, 10, 10), 0, 1, 1);
    }

    @Actor
    public void successor() {
        cell.header.beginEpoch(new ProcessIdentity(20, 20, 20), 0, 2, 1);
    }

    @Actor
    public void subscriber(JJ_Result r) {
        r.r1 = cell.header.epoch();
        r.r2 = cell.header.publisher().pid();
    }
}
