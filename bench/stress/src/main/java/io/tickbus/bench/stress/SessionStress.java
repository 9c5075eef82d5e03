// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.internal.file.ClientIdentity;
import java.util.UUID;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * SYNC session: a session goes from one client to the next while the next one checks whether it is served.
 *
 * <pre>
 *  daemon                             client
 *  state ← free                       uuid = mine ?
 *  store-store fence                  load-load fence
 *  uuid, owner, consumed ← 0          state = connected ?     acquire
 *  state ← connected    release       owner, consumed
 * </pre>
 *
 * <p>What would break: without the fences the client could see its own UUID under its predecessor's state, and without
 * release and acquire its own state before the rest. It would arm its timers in the name of the owner before it, and
 * take its ring for one whose commands are consumed already. {@code weakened.SessionReadInWrongOrderStress} loads the
 * state before the UUID.
 */
@JCStressTest
@State
@Outcome(id = {"not yet", "served"}, expect = ACCEPTABLE, desc = "As it is.")
@Outcome(id = "as the client before", expect = FORBIDDEN, desc = "Owner or consumed commands of the client before.")
public class SessionStress {
    /** The client that has the session at first. */
    public static final ClientIdentity FIRST = new ClientIdentity(new UUID(1, 2), 0, 0, 1, "", 2);
    /** The client that gets it next. */
    public static final ClientIdentity SECOND = new ClientIdentity(new UUID(3, 4), 0, 0, 1, "", 2);

    private final SessionCell cell = SessionCell.next();

    public SessionStress() {
        cell.session.putConnected(FIRST, 1, 0);
        cell.session.putConsumed(7);
    }

    @Actor
    public void daemon() {
        cell.session.putConnected(SECOND, 2, 0);
    }

    @Actor
    public void client(L_Result r) {
        if (!cell.session.isConnectedTo(SECOND.uuid())) {
            r.r1 = "not yet";
        } else {
            boolean isMine = cell.session.owner() == 2 && cell.session.consumed() == 0;
            r.r1 = isMine ? "served" : "as the client before";
        }
    }
}
