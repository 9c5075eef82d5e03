// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.memory.SlotRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZJ_Result;

/**
 * SYNC next-sequence, SYNC slot-begin: a subscriber that finds its signal overwritten asks the header how far the
 * publisher is. The answer must be beyond the signal it has just lost.
 *
 * <p>The ring has two slots; the reader wants sequence 0, which is there; the publisher publishes 1 and 2, the
 * latter into the slot of 0. The word may be behind the slots by one; a weakly ordered processor may let the stamp
 * <i>being written</i> overtake it once more. It must not be behind by a ring.
 *
 * <p>What would break: without the release of the word and the fence of the next write, a subscriber could see the
 * stamp of 2 with the next sequence of 0, and would go back in time or call the file corrupt.
 */
@JCStressTest
@State
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "Not overwritten yet, nothing counted yet.")
@Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "Not overwritten yet.")
@Outcome(id = "false, 2", expect = ACCEPTABLE, desc = "Not overwritten yet.")
@Outcome(id = "false, 3", expect = ACCEPTABLE, desc = "Overwritten after the check.")
@Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "Being overwritten, and the stamp has overtaken the word.")
@Outcome(id = "true, 2", expect = ACCEPTABLE, desc = "Overwritten, and one behind, as it may be.")
@Outcome(id = "true, 3", expect = ACCEPTABLE, desc = "Overwritten.")
@Outcome(expect = FORBIDDEN, desc = "Overwritten by a sequence that the header knows nothing of.")
public class OverrunStress {
    private final Cell cell = Cell.next();

    public OverrunStress() {
        cell.write(0);
        cell.header.putNextSequence(1);
    }

    @Actor
    public void publisher() {
        cell.write(1);
        cell.header.putNextSequence(2);
        cell.write(2);
        cell.header.putNextSequence(3);
    }

    @Actor
    public void subscriber(ZJ_Result r) {
        r.r1 = cell.ring.state(0) == SlotRing.OVERWRITTEN;
        r.r2 = cell.header.nextSequence();
    }
}
