// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.memory.SlotRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JZ_Result;

/**
 * SYNC next-sequence: the header's next sequence is never ahead of the slots, so that a subscriber that joins at the
 * newest, or computes how much was lost, may rely on it.
 *
 * <p>What would break: the word is stored after the commit; seen before it, a subscriber would take the file for
 * corrupt (<i>its header and its slots contradict each other</i>) while nothing is wrong with it.
 */
@JCStressTest
@State
@Outcome(id = "0, false", expect = ACCEPTABLE, desc = "Nothing was published yet.")
@Outcome(id = "0, true", expect = ACCEPTABLE, desc = "The word is one behind the slots, as it may be.")
@Outcome(id = "1, true", expect = ACCEPTABLE, desc = "The word and the slot agree.")
@Outcome(id = "1, false", expect = FORBIDDEN, desc = "The word is ahead of the slots: a sound file seems corrupt.")
public class NextSequenceStress {
    private final Cell cell = Cell.next();

    @Actor
    public void publisher() {
        cell.write(0);
        cell.header.putNextSequence(1);
    }

    @Actor
    public void subscriber(JZ_Result r) {
        r.r1 = cell.header.nextSequence();
        r.r2 = cell.ring.state(0) != SlotRing.NOT_YET;
    }
}
