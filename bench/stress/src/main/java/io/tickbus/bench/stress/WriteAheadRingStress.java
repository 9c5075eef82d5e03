// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.journal.Entry;
import io.tickbus.journal.WriteAheadRing;
import io.tickbus.journal.IntentsLayout;
import java.util.Arrays;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * SYNC ahead-commit, SYNC ahead-release: entries on their way from the timer thread to the journal.
 *
 * <p>The timer thread hands over entries where a ring of two has room; the journal's thread copies each it finds and
 * then says that it is consumed. Each entry must be read once, whole and in order.
 *
 * <p>What would break: an entry seen before its body is whole would be journalled, or found after a kill, with a
 * body of the entry before it; a slot reused before it was copied would be journalled with the body of the entry
 * after it.
 */
@JCStressTest
@State
@Outcome(expect = FORBIDDEN, desc = "An entry was lost, changed or read twice.")
@Outcome(id = "exact", expect = ACCEPTABLE, desc = "Each entry that was handed over came out once.")
public class WriteAheadRingStress {
    private static final int SLOTS = 2;
    private static final int OFFERED = 5;

    private final WriteAheadRing ring = WriteAheadRing.over(
            SharedRegion.allocate((int) IntentsLayout.fileLength(SLOTS)), SLOTS);
    private final long[] body = new long[IntentsLayout.BODY_WORDS];
    private final Entry entry = new Entry();
    private long nextToRead;
    private boolean isBroken;

    public WriteAheadRingStress() {
        ring.begin(0, 0);
    }

    @Actor
    public void timerThread() {
        for (int i = 0; i < OFFERED; i++) {
            if (ring.freeSlots() > 0) {
                long ticket = ring.nextTicket();
                Arrays.fill(body, ticket + 1);
                ring.append(ticket + 1, ticket + 1, ticket + 1, body, body.length);
            }
        }
    }

    @Actor
    public void journalThread() {
        for (int i = 0; i < OFFERED; i++) {
            readNext();
        }
    }

    private boolean readNext() {
        if (!ring.isCommitted(nextToRead)) {
            return false;
        }
        ring.copy(nextToRead, entry);
        for (long word : entry.body()) {
            isBroken |= word != nextToRead + 1;
        }
        isBroken |= entry.ticket() != nextToRead;
        nextToRead++;
        ring.release(nextToRead);
        return true;
    }

    @Arbiter
    public void after(L_Result r) {
        boolean isAnother = true;
        while (isAnother) {
            isAnother = readNext();
        }
        r.r1 = !isBroken && nextToRead == ring.nextTicket() ? "exact" : "broken at " + nextToRead;
    }
}
