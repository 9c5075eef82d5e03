// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.file.ControlMessage.Answer;
import io.tickbus.core.internal.file.ControlSocket;
import io.tickbus.core.internal.file.WritableBus;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client in another process whose daemon is this test: its commands, and how its death is detected. */
@Timeout(120)
class LoneClientIT {
    private static final int OWNER = 7;

    @RegisterExtension
    final TestBus bus = new TestBus();

    private WritableBus published;
    private RepliesFile replies;
    private ChildJvm child;
    private ControlSocket socket;
    private SocketChannel peer;
    private ClientIdentity identity;
    private ClientFile client;
    private final TimerCommand command = new TimerCommand();

    @BeforeEach
    @Timeout(120)
    void connect() throws IOException {
        published = WritableBus.open(bus.directory(), SignalsOptions.defaults().withHeartbeatIntervalNs(
                TimeUnit.MINUTES.toNanos(10)));
        BusFiles.prepareClients(bus.directory());
        replies = RepliesFile.create(bus.directory(), published.signals().header(), 2, 128, null);
        socket = ControlSocket.bind(bus.directory(), null);
        socket.channel().configureBlocking(true);
        child = bus.start(bus.jvm(LoneClientMain.class));
        peer = socket.channel().accept();
        ByteBuffer hello = ControlMessage.buffer();
        while (hello.hasRemaining()) {
            assertTrue(peer.read(hello) > 0);
        }
        identity = ControlMessage.readHello(hello);
        client = ClientFile.open(bus.directory(), identity);
        session().putConnected(identity, OWNER, socket.userOf(peer));
        peer.write(ControlMessage.answer(identity, Answer.welcome(1, OWNER, 0, client.ring().slotCount())));
        assertEquals(OWNER, ChildJvm.number(child.expect("CONNECTED"), "owner"));
    }

    @AfterEach
    void close() throws IOException {
        peer.close();
        socket.close();
        published.close();
    }

    private Session session() {
        return replies.session(1);
    }

    private void assertCommand(long sequence, long key) {
        assertEquals(SlotRing.COMMITTED, client.ring().read(sequence, command.fields()));
        assertEquals(key, command.key());
    }

    private boolean hasEnded() throws IOException {
        peer.configureBlocking(false);
        return peer.read(ByteBuffer.allocate(1)) < 0;
    }

    private void awaitEnd() throws IOException {
        peer.configureBlocking(true);
        assertEquals(-1, peer.read(ByteBuffer.allocate(1)));
    }

    @Test
    void shouldEndAtOnceWhenKilledAndNotBefore() throws IOException {
        assertEquals(child.pid(), identity.pid());
        assertFalse(hasEnded());
        child.ask("arm 5 6", "SENT");
        child.stop();
        assertFalse(hasEnded(), "it is only stopped");
        child.resume();
        child.kill();
        awaitEnd();
        assertCommand(0, 5);
    }

    @Test
    void shouldEndWhenClosed() throws IOException {
        child.ask("arm 5 6", "SENT");
        child.quit();
        awaitEnd();
        assertCommand(0, 5);
    }

    @Test
    void shouldExchangeCommandsAndReplies() {
        for (int i = 0; i < 300; i++) {
            child.ask("arm " + i + " 6", "SENT sequence=" + i);
            assertCommand(i, i);
            session().replyWriter().write(new TimerReply().answer(ReplyCode.ARMED, ReplyReason.NONE, i)
                    .commandSequence(i).fields());
            session().putConsumed(i + 1);
            child.expect("REPLY key=" + i + " code=ARMED");
        }
        child.quit();
    }

    @Test
    void shouldWakeSleepingDaemonWhenDeadlineIsEarlier() {
        FutexWord word = published.doorbell().futexWord(DoorbellLayout.DAEMON_WORD);
        int seen = published.doorbell().word(DoorbellLayout.DAEMON_WORD, 0);
        replies.announceSleep(1_000);
        assertEquals(0, ChildJvm.number(child.ask("arm 1 1000", "SENT"), "rings"));
        child.send("arm 2 999");
        while (published.doorbell().word(DoorbellLayout.DAEMON_WORD, 0) == seen) {
            word.await(seen, System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
        }
        assertEquals(1, ChildJvm.number(child.expect("SENT"), "rings"));
        assertCommand(1, 2);
        child.quit();
    }
}
