// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress.weakened;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.bench.stress.SessionCell;
import io.tickbus.core.internal.layout.RepliesLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * {@code DaemonAsleepStress} without the full fence of {@code RepliesFile.announceSleep} and of {@code
 * RepliesFile.sleepingUntilNs}. Fails on every processor, as {@link ParkingWithoutFenceStress} does.
 */
@JCStressTest
@State
@Outcome(id = "false, false", expect = FORBIDDEN,
        desc = "As it should: the daemon was seen awake, no command was seen.")
@Outcome(expect = ACCEPTABLE, desc = "The race did not happen.")
public class DaemonAsleepWithoutFenceStress {
    private final SessionCell cell = SessionCell.next();

    @Actor
    public void client(ZZ_Result r) {
        cell.session.commandWriter(cell.commands).write(cell.outgoing);
        r.r1 = cell.replies.region().getLongOpaque(RepliesLayout.SLEEPING_UNTIL_NS) != RepliesLayout.AWAKE;
    }

    @Actor
    public void daemon(ZZ_Result r) {
        cell.replies.region().putLongOpaque(RepliesLayout.SLEEPING_UNTIL_NS, 2000);
        r.r2 = cell.commands.hasNews(0);
    }
}
