// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * SYNC slot-consumed: in a full ring that refuses, a slot is given away only after the reader has copied it.
 *
 * <p>Both slots are taken. The reader copies sequence 0 and releases its slot, while the writer asks for a place
 * for sequence 2, which is that very slot. Here the reader does not load the stamp a second time: the consumed
 * word alone must protect the copy.
 *
 * <p>What would break: without release the slot could be released while its fields are still being loaded, and
 * without acquire the writer's stores could reach the slot before it knows that it may. A client's command would be
 * executed with the key of the one after it. {@code weakened.ReleaseBeforeCopyStress} releases the slot too early.
 *
 * <p>Afterwards the answer must be exact: where the writer was refused there is now room for one, and where it was
 * not there is none.
 */
@JCStressTest
@State
@Outcome(id = "WHOLE, full, room", expect = ACCEPTABLE, desc = "Refused in time; there is room afterwards.")
@Outcome(id = "WHOLE, written, full", expect = ACCEPTABLE,
        desc = "The slot that was released is taken; the ring is full again.")
@Outcome(id = {"TORN, full, room", "TORN, written, full"}, expect = FORBIDDEN,
        desc = "The record was overwritten before it was copied.")
@Outcome(expect = FORBIDDEN, desc = "A slot was given away twice, or refused although it was free.")
public class RefuseFullStress {
    private final Cell cell = Cell.next();

    private final SlotWriter writer = SlotWriter.refusing(cell.ring, 0, cell.region, Cell.CONSUMED);

    public RefuseFullStress() {
        write(0);
        write(1);
    }

    @Actor
    public void writer(LLL_Result r) {
        r.r2 = write(2);
    }

    @Actor
    public void reader(LLL_Result r) {
        r.r1 = cell.ring.state(0) == SlotRing.COMMITTED ? cell.copy(0) : Cell.Copy.NOT_YET;
        SlotWriter.releaseConsumed(cell.region, Cell.CONSUMED, 1);
    }

    @Arbiter
    public void after(LLL_Result r) {
        r.r3 = writer.claim() == SlotWriter.FULL ? "full" : "room";
    }

    private String write(long sequence) {
        return writer.write(cell.fields(sequence)) == SlotWriter.FULL ? "full" : "written";
    }
}
