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
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * SYNC daemon-doorbell: a client that gives the daemon work and then rings must not leave it asleep.
 *
 * <pre>
 *  client                             daemon
 *  message                            arm: seen ← daemonWord   acquire
 *  raise daemonWord        release    message ?
 *  wake                               sleep while daemonWord = seen
 * </pre>
 *
 * <p>The daemon's wait condition is private to its package, so {@link Sleeper} repeats its two steps. The message is a
 * signal in a ring, as a client's command is.
 *
 * <p>What would break: without the release of the store and the acquire of the load the daemon could see the raised
 * word and not yet the message, and sleep on that word to its next deadline. The same if it checked for the message
 * first and at the word after it.
 */
@JCStressTest
@State
@Outcome(id = "seen", expect = ACCEPTABLE, desc = "The daemon saw the message.")
@Outcome(id = "woken", expect = ACCEPTABLE, desc = "It did not, and the ring wakes it or does not let it sleep.")
@Outcome(id = "asleep", expect = FORBIDDEN, desc = "The daemon sleeps with a message before it.")
public class DaemonDoorbellStress {
    private final Cell cell = Cell.next();
    private final Sleeper sleeper = new Sleeper();

    @Actor
    public void client() {
        cell.write(0);
        cell.doorbell.raise(DoorbellLayout.DAEMON_WORD);
    }

    @Actor
    public void daemon() {
        sleeper.check(cell);
    }

    @Arbiter
    public void futex(L_Result r) {
        r.r1 = sleeper.outcome(cell);
    }
}
