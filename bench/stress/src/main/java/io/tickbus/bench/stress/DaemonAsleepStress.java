// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.layout.RepliesLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * SYNC daemon-asleep: a daemon that goes to sleep and a client that checks whether it must ring must not miss each
 * other. It is Dekker's problem, as in {@link ParkingStress}, with the roles exchanged.
 *
 * <pre>
 *  client                             daemon
 *  commit the command                 sleepingUntilNs ← 2000
 *  full fence                         full fence
 *  sleepingUntilNs = AWAKE ?          is a command there ?
 * </pre>
 *
 * <p>What would break: without both fences the client sees the daemon awake and the daemon sees no command. It sleeps
 * to its bound, and the timer that the command arms may be due long before that. {@code
 * weakened.DaemonAsleepWithoutFenceStress} shows it.
 */
@JCStressTest
@State
@Outcome(id = "false, false", expect = FORBIDDEN,
        desc = "The client saw the daemon awake and the daemon saw no command: it sleeps through it.")
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The client rings.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The daemon sees the command and does not sleep.")
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Both noticed: one needless ring.")
public class DaemonAsleepStress {
    private final SessionCell cell = SessionCell.next();

    @Actor
    public void client(ZZ_Result r) {
        cell.session.commandWriter(cell.commands).write(cell.outgoing);
        r.r1 = cell.replies.sleepingUntilNs() != RepliesLayout.AWAKE;
    }

    @Actor
    public void daemon(ZZ_Result r) {
        cell.replies.announceSleep(2000);
        r.r2 = cell.commands.hasNews(0);
    }
}
