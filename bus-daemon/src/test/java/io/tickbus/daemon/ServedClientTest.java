// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServedClientTest {
    @TempDir
    private Path root;

    @Test
    void shouldSayHowManyCommandsWaitUntilItIsClosed() {
        BusDirectory directory = BusDirectory.at(root, "bus");
        try (SignalPublisher publisher =
                SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults().withSlotCount(64))) {
            RepliesFile replies = RepliesFile.create(directory, publisher.bus().signals().header(), 1, 8, null);
            Session session = replies.session(0);
            ClientFile ring = ClientFile.inMemory(4);
            ServedClient client = new ServedClient(0, new ClientIdentity(UUID.randomUUID(), 1, 1, 1, "feed", 4), ring,
                    session, 2);
            client.connect(1);
            client.reportUnanswered();
            assertEquals(0, session.unanswered());
            SlotWriter commands = client.commandWriter();
            for (int i = 0; i < 3; i++) {
                commands.write(new TimerCommand().arm(i, i, i).fields());
            }
            client.reportUnanswered();
            assertEquals(3, session.unanswered());
            assertEquals(2, client.stage());
            client.acknowledge();
            client.addInFlight(1);
            client.reportUnanswered();
            assertEquals(3, session.unanswered(), "two in the ring, one that waits for the disk");
            client.startClosing(ReplyReason.CLOSED);
            client.close();
            ring.release(true);
            client.reportUnanswered();
            assertEquals(0, session.unanswered(), "its memory may be gone");
        }
    }
}
