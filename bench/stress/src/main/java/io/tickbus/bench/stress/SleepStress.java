// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * SYNC parking, SYNC wake-word, together and in the order in which publisher and subscriber really use them: nobody
 * stays asleep in front of a signal.
 *
 * <p>The subscriber reads the word, announces itself, checks the slot, and would then sleep on the word it read.
 * The futex itself is the kernel's and is modelled by its contract: a thread that goes to sleep on a word that
 * has changed, or that changes later with a wake-up, wakes. So it stays asleep exactly where it saw no signal and its
 * word is still the last one. The publisher wakes twice: first another sleeper, for a signal that this subscriber has
 * read already, then for the signal it waits for.
 *
 * <p>What would break: either of the two orderings; this test sees a mistake in their combination, such as the word
 * read after the announcement.
 */
@JCStressTest
@State
@Outcome(id = "awake", expect = ACCEPTABLE, desc = "It saw the signal and did not sleep.")
@Outcome(id = "woken", expect = ACCEPTABLE,
        desc = "It went to sleep and the raised word wakes it, or does not let it sleep.")
@Outcome(id = "asleep", expect = FORBIDDEN, desc = "It keeps sleeping, with a signal in front of it.")
public class SleepStress {
    private final Cell cell = Cell.next();

    private int expectedWord;
    private boolean isOpen;

    public SleepStress() {
        cell.doorbell.announceParked();
    }

    @Actor
    public void publisher() {
        wakeParked();
        cell.write(0);
        wakeParked();
    }

    private void wakeParked() {
        if (cell.doorbell.takeParked()) {
            cell.header.raiseWakeWord();
        }
    }

    @Actor
    public void subscriber() {
        expectedWord = cell.header.wakeWord();
        cell.doorbell.announceParked();
        isOpen = cell.ring.hasNews(0);
    }

    @Arbiter
    public void futex(L_Result r) {
        if (isOpen) {
            r.r1 = "awake";
        } else {
            r.r1 = expectedWord == cell.header.wakeWord() ? "asleep" : "woken";
        }
    }
}
