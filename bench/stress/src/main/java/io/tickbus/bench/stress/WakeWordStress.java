// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.layout.DoorbellLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * SYNC wake-word: the publisher clears the parked flag and then raises the wake word; a subscriber reads the word
 * and then sets the flag. An announcement made after the raised word was read must survive.
 *
 * <p>Somebody else is parked already, so that the publisher has a flag to clear. Where the subscriber read the old
 * word its flag may be wiped out: the futex then finds the word changed and does not sleep. Where it read the raised
 * word nobody will raise it again for this signal, so the flag must be there for the next one.
 *
 * <p>What would break: if the word could be seen raised before the flag is cleared (without release and acquire, or
 * with the two stores swapped), the flag of this sleeper would be wiped out after it read the final word, and the
 * next signal would not wake it. {@code weakened.WakeWordReadLateStress} shows that with {@link SleepStress}: it
 * reads the word after the announcement.
 */
@JCStressTest
@State
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The old word and the flag: the futex will not sleep.")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The old word, the flag wiped out: the futex will not sleep.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The raised word and the flag: the next signal wakes it.")
@Outcome(id = "1, 0", expect = FORBIDDEN,
        desc = "The raised word was read, and the announcement after it was wiped out.")
public class WakeWordStress {
    private final Cell cell = Cell.next();

    public WakeWordStress() {
        cell.doorbell.announceParked();
    }

    @Actor
    public void publisher() {
        if (cell.doorbell.takeParked()) {
            cell.header.raiseWakeWord();
        }
    }

    @Actor
    public void subscriber(II_Result r) {
        r.r1 = cell.header.wakeWord();
        cell.doorbell.announceParked();
    }

    @Arbiter
    public void flag(II_Result r) {
        r.r2 = cell.doorbell.region().getIntOpaque(DoorbellLayout.SUBSCRIBERS_PARKED);
    }
}
