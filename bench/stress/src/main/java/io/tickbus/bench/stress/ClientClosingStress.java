package io.tickbus.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.tickbus.core.bus.ClientFile;
import io.tickbus.core.bus.ClientIdentity;
import io.tickbus.core.layout.ClientLayout;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.memory.SharedRegion;
import io.tickbus.core.memory.SlotRing;
import io.tickbus.core.memory.SlotWriter;
import io.tickbus.core.platform.ProcessIdentity;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * SYNC client-state: a daemon that sees a client closed and then reads its ring to the end has read its last command.
 *
 * <p>What would break: without release and acquire the close could be seen before the command, and a timer that was
 * armed to outlive its client would never be.
 */
@JCStressTest
@State
@Outcome(id = {"open", "closed, read"}, expect = ACCEPTABLE, desc = "As it is.")
@Outcome(id = "closed, missed", expect = FORBIDDEN, desc = "The last command was missed.")
public class ClientClosingStress {
    private static final int SLOT_COUNT = 2;
    private static final int CELLS = 1 << 14;
    private static final ClientFile[] POOL = new ClientFile[CELLS];
    private static final AtomicInteger TAKEN = new AtomicInteger();
    private static final long[] COMMAND = new long[SlotRing.FIELD_COUNT];

    static {
        ClientIdentity identity =
                new ClientIdentity(SessionStress.FIRST, 0, 0, new ProcessIdentity(1, 0, 0), "", SLOT_COUNT, 1);
        for (int i = 0; i < CELLS; i++) {
            POOL[i] = ClientFile.over(SharedRegion.allocate((int) ClientLayout.fileLength(SLOT_COUNT)), identity);
        }
    }

    private final ClientFile client = POOL[TAKEN.getAndIncrement() & (CELLS - 1)];

    public ClientClosingStress() {
        client.region().putLong(client.ring().slotOffset(0), 0);
        client.putState(SignalsLayout.STATE_OPEN);
    }

    @Actor
    public void client() {
        SlotWriter.overwriting(client.ring(), 0).write(COMMAND);
        client.putState(SignalsLayout.STATE_CLOSED);
    }

    @Actor
    public void daemon(L_Result r) {
        if (client.state() != SignalsLayout.STATE_CLOSED) {
            r.r1 = "open";
        } else {
            r.r1 = client.ring().isCommitted(0) ? "closed, read" : "closed, missed";
        }
    }
}
