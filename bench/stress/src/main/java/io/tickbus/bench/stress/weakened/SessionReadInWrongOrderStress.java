// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress.weakened;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.bench.stress.SessionCell;
import io.tickbus.bench.stress.SessionStress;
import io.tickbus.core.internal.layout.RepliesLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * {@code SessionStress} with the state loaded before the UUID, which is what {@code Session.isConnectedTo} without its
 * fence may come to. Fails on every processor.
 */
@JCStressTest
@State
@Outcome(id = "as the client before", expect = FORBIDDEN,
        desc = "As it should: its own UUID, and the state, owner or commands of the client before.")
@Outcome(expect = ACCEPTABLE, desc = "The race did not happen.")
public class SessionReadInWrongOrderStress {
    private final SessionCell cell = SessionCell.next();

    public SessionReadInWrongOrderStress() {
        cell.session.putConnected(SessionStress.FIRST, 1, 0);
        cell.session.putConsumed(7);
    }

    @Actor
    public void daemon() {
        cell.session.putConnected(SessionStress.SECOND, 2, 0);
    }

    @Actor
    public void client(L_Result r) {
        boolean isConnected = cell.session.state() == RepliesLayout.STATE_CONNECTED;
        if (!isConnected || !cell.session.isOf(SessionStress.SECOND.uuid())) {
            r.r1 = "not yet";
        } else {
            boolean isMine = cell.session.owner() == 2 && cell.session.consumed() == 0;
            r.r1 = isMine ? "served" : "as the client before";
        }
    }
}
