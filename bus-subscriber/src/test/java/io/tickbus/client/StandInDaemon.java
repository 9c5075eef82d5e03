// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.file.ControlMessage.Answer;
import io.tickbus.core.internal.file.ControlSocket;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * The daemon's side of the wire, as simple as can be, for the tests of the client: timers are a map, and fire when a
 * test says so. A thread of its own lets clients in; commands are served when a test says so, or by that thread too.
 */
final class StandInDaemon implements AutoCloseable {
    static final int OWNER = 300;
    private static final int LIST_PAGE = 31;
    private static final int WINDOW = 256;

    final SignalPublisher publisher;
    final RepliesFile replies;
    final List<TimerCommand> received = new ArrayList<>();
    private final BusDirectory directory;
    private final List<Served> served = new ArrayList<>();
    private volatile ControlSocket socket;
    private final Map<Long, TimerCommand> timers = new TreeMap<>();
    private final Map<Long, Long> fired = new TreeMap<>();
    private final Thread conductor = new Thread(this::run, "stand-in-daemon");
    private volatile ReplyReason rejection = ReplyReason.NONE;
    private volatile boolean isServing;
    private boolean isAdmitting = true;
    private volatile boolean isStopped;
    private int quota = Integer.MAX_VALUE;

    private static final class Served {
        private final ClientIdentity identity;
        private final ClientFile file;
        private final Session session;
        private final SlotWriter writer;
        private final SocketChannel channel;
        private final ByteBuffer sent = ByteBuffer.allocate(CommandLayout.LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        private final SlotWriter commands;
        private long consumed;

        Served(ClientIdentity identity, ClientFile file, Session session, SocketChannel channel) {
            this.identity = identity;
            this.file = file;
            this.session = session;
            this.channel = channel;
            this.writer = session.replyWriter();
            this.commands = identity.hasRing() ? null : session.commandWriter(file.ring());
        }

        /** Puts what came over the socket where the commands of the others are. */
        void forward() throws IOException {
            long[] fields = new long[SlotRing.FIELD_COUNT];
            while (commands != null && channel.isOpen() && channel.read(sent) >= 0 && !sent.hasRemaining()) {
                for (int i = 0; i < fields.length; i++) {
                    fields[i] = sent.getLong((i + 1) * Long.BYTES);
                }
                if (commands.write(fields) == SlotWriter.FULL) {
                    break;
                }
                sent.clear();
            }
        }
    }

    StandInDaemon(BusDirectory directory, int replySlots) {
        this.directory = directory;
        // Its heartbeat, every 100 ms, restores the doorbell.
        this.publisher = SignalPublisher.open(directory, SignalsOptions.defaults().withSlotCount(64));
        BusFiles.prepareClients(directory);
        this.replies = RepliesFile.create(directory, publisher.bus().signals().header(), 4, replySlots, null);
        this.socket = ControlSocket.bind(directory, null);
        conductor.start();
    }

    private void run() {
        while (!isStopped) {
            admitNew();
            if (isServing) {
                serve(Integer.MAX_VALUE);
            }
            LockSupport.parkNanos(100_000);
        }
    }

    private synchronized void admitNew() {
        try {
            if (!isAdmitting || !socket.channel().isOpen()) {
                return;
            }
            for (SocketChannel channel = socket.channel().accept(); channel != null;
                    channel = socket.channel().accept()) {
                admit(channel);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        ByteBuffer hello = ControlMessage.buffer();
        while (hello.hasRemaining()) {
            if (channel.read(hello) < 0) {
                return;
            }
        }
        ClientIdentity client = ControlMessage.readHello(hello);
        if (rejection != ReplyReason.NONE) {
            channel.write(ControlMessage.answer(client, Answer.rejected(rejection, "as told")));
            channel.close();
            return;
        }
        channel.configureBlocking(false);
        ClientFile file = client.hasRing() ? ClientFile.open(directory, client) : ClientFile.inMemory(WINDOW);
        Session session = replies.session(served.size() % replies.sessionCount());
        session.putConnected(client, OWNER, 0);
        served.add(new Served(client, file, session, channel));
        channel.write(ControlMessage.answer(client,
                Answer.welcome(session.index(), OWNER, session.nextReply(), file.ring().slotCount())));
    }

    void reject(ReplyReason reason) {
        rejection = reason;
    }

    /** Clients that connect from here on are neither admitted nor rejected. */
    synchronized void admitNobody() {
        isAdmitting = false;
    }

    void serveAlways() {
        isServing = true;
    }

    synchronized void quota(int timerCount) {
        quota = timerCount;
    }

    /** Carries out at most {@code limit} commands of each client; returns how many there were. */
    synchronized int serve(int limit) {
        int count = 0;
        for (Served client : served) {
            forward(client);
            TimerCommand command = new TimerCommand();
            for (int i = 0; i < limit; i++) {
                if (client.file.ring().read(client.consumed, command.fields()) != SlotRing.COMMITTED) {
                    break;
                }
                answer(client, command);
                received.add(command);
                command = new TimerCommand();
                client.consumed++;
                client.session.putPendingTimers(timers.size());
                client.session.putConsumed(client.consumed);
                count++;
            }
        }
        return count;
    }

    private static void forward(Served client) {
        try {
            client.forward();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(Served client, TimerCommand command) {
        TimerReply reply = new TimerReply();
        if (command.type() == CommandLayout.TYPE_LIST) {
            list(client, command);
            return;
        }
        long key = command.key();
        TimerCommand timer = timers.get(key);
        switch (command.type()) {
            case CommandLayout.TYPE_ARM -> {
                boolean isFull = timer == null && timers.size() >= quota;
                reply.answer(isFull ? ReplyCode.FULL : ReplyCode.ARMED,
                        isFull ? ReplyReason.OWNER_QUOTA : ReplyReason.NONE, key);
                if (!isFull) {
                    timers.put(key, new TimerCommand().copyOf(command));
                    fired.remove(key);
                }
            }
            case CommandLayout.TYPE_CANCEL -> {
                timers.remove(key);
                reply.answer(timer != null ? ReplyCode.CANCELLED : unknown(key), ReplyReason.NONE, key);
            }
            case CommandLayout.TYPE_PAUSE ->
                reply.answer(timer != null ? ReplyCode.PAUSED : unknown(key), ReplyReason.NONE, key);
            case CommandLayout.TYPE_RESUME ->
                reply.answer(timer != null ? ReplyCode.RESUMED : unknown(key), ReplyReason.NONE, key);
            default -> reply.answer(ReplyCode.INVALID, ReplyReason.UNKNOWN_TYPE, key);
        }
        reply.signalSequence(reply.code() == ReplyCode.ALREADY_FIRED ? fired.get(key) : publisher.nextSequence());
        boolean isRefused = reply.code() == ReplyCode.FULL || reply.code() == ReplyCode.INVALID;
        if (isRefused || !command.isQuiet()) {
            client.writer.write(reply.deadlineNs(command.deadlineNs()).commandSequence(client.consumed).fields());
        }
    }

    private ReplyCode unknown(long key) {
        return fired.containsKey(key) ? ReplyCode.ALREADY_FIRED : ReplyCode.UNKNOWN;
    }

    private void list(Served client, TimerCommand command) {
        TimerReply reply = new TimerReply();
        List<Long> keys = timers.keySet().stream().skip(command.key()).limit(LIST_PAGE).toList();
        for (long key : keys) {
            TimerCommand arming = timers.get(key);
            client.writer.write(reply.answer(ReplyCode.LISTED, ReplyReason.NONE, key).deadlineNs(arming.deadlineNs())
                    .timer(OWNER, arming.signalId(), arming.periodNs()).detail(key % 2 == 0 ? key : -1 - key)
                    .commandSequence(client.consumed).fields());
            client.writer.write(reply.answer(ReplyCode.LISTED_REST, ReplyReason.NONE, key)
                    .deadlineNs(arming.deadlineNs()).arming(OWNER, arming).commandSequence(client.consumed).fields());
        }
        long next = command.key() + keys.size();
        client.writer.write(reply.answer(ReplyCode.LIST_END, ReplyReason.NONE, 0)
                .detail(next < timers.size() ? next : 0).commandSequence(client.consumed).fields());
    }

    /** Fires a timer, if it is pending; returns whether it was. */
    synchronized boolean fire(long key) {
        TimerCommand timer = timers.get(key);
        if (timer == null) {
            return false;
        }
        if (timer.periodNs() == 0) {
            timers.remove(key);
            fired.put(key, publisher.nextSequence());
        }
        publisher.publish(new SignalRecord().key(key).signalId(timer.signalId()).owner(OWNER));
        return true;
    }

    synchronized void evict(ReplyReason reason) {
        served.get(served.size() - 1).session.putEvicted(reason);
        close(served.remove(served.size() - 1));
    }

    private static void close(Served client) {
        try {
            client.channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends as if it were killed: the kernel closes its sockets, and no word is written any more. */
    synchronized void die() {
        isAdmitting = false;
        served.forEach(StandInDaemon::close);
        socket.close();
    }

    /** After {@link #die}: listens again, without admitting. */
    synchronized void listen() {
        socket = ControlSocket.bind(directory, null);
    }

    synchronized void admitAgain() {
        isAdmitting = true;
    }

    /** Gives the last client's session to another, as after an eviction while that one was stopped. */
    synchronized void giveSessionAway() {
        Served last = served.remove(served.size() - 1);
        last.session.putConnected(new ClientIdentity(UUID.randomUUID(), 1, 1, 1, "", 2), OWNER + 1, 0);
        last.session.replyWriter().write(new TimerReply().answer(ReplyCode.ARMED, ReplyReason.NONE, 666).fields());
    }

    /** Lets the last client go; also what it sees while its session is being given to another. */
    synchronized void freeSession() {
        served.get(served.size() - 1).session.putFree();
    }

    /** As {@link #giveSessionAway}, and the other is evicted again. */
    synchronized void giveSessionAwayAndEvict(ReplyReason reason) {
        Session session = served.get(served.size() - 1).session;
        giveSessionAway();
        session.putEvicted(reason);
    }

    /** Overwrites the last client's reply ring, as nobody should. */
    synchronized void flood(int count) {
        SlotWriter writer = served.get(served.size() - 1).writer;
        for (int i = 0; i < count; i++) {
            writer.write(new TimerReply().answer(ReplyCode.UNKNOWN, ReplyReason.NONE, i).commandSequence(i).fields());
        }
    }

    synchronized boolean isLastClosed() {
        try {
            return served.get(served.size() - 1).channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    synchronized ClientIdentity lastIdentity() {
        return served.get(served.size() - 1).identity;
    }

    synchronized ClientFile lastFile() {
        return served.get(served.size() - 1).file;
    }

    @Override
    public void close() {
        isStopped = true;
        try {
            conductor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        publisher.close();
        die();
    }
}
