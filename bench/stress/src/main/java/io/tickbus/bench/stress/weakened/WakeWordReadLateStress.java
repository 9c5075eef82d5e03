// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress.weakened;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.bench.stress.Cell;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * {@code SleepStress} with the first two lines of {@code SignalCondition.park} swapped: {@code
 * Doorbell.announceParked} and then {@code SignalsHeader.wakeWord}. In between the publisher, waking for an earlier
 * signal, takes the announcement and raises the word: the subscriber sleeps on the raised word, and the next signal
 * finds nobody to wake. Fails on every processor.
 */
@JCStressTest
@State
@Outcome(id = "asleep", expect = FORBIDDEN, desc = "As it should: it keeps sleeping, with a signal in front of it.")
@Outcome(expect = ACCEPTABLE, desc = "The race did not happen.")
public class WakeWordReadLateStress {
    private final Cell cell = Cell.next();

    private int expectedWord;
    private boolean isOpen;

    public WakeWordReadLateStress() {
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
        cell.doorbell.announceParked();
        expectedWord = cell.header.wakeWord();
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
