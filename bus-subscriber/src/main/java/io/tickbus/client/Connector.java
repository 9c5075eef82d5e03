// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.file.ControlMessage.Answer;
import io.tickbus.core.internal.file.ControlSocket;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.subscriber.PublisherStatus;
import io.tickbus.subscriber.internal.PublisherLiveness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Connects a client: finds the daemon, connects to its socket, creates a ring, sends its identity, waits for the
 * answer. All of it is bounded by one deadline, and restarts if the daemon is replaced meanwhile.
 */
final class Connector {
    /** Command slots of a client without a ring that the daemon could read, unless the daemon accepts fewer. */
    private static final int MOST_SOCKET_SLOTS = 256;
    private static final long FIRST_NAP_NS = 50_000;
    private static final long LONGEST_NAP_NS = 2_000_000;
    /** Until the daemon answers, which takes it a fraction of a millisecond. */
    private static final long LONGEST_NAP_BEFORE_ANSWER_NS = 200_000;
    /** The daemon waits for a HELLO for a second; one that was sent after more than half of it may have come late. */
    private static final long LATE_HELLO_NS = 500_000_000;

    private final BusDirectory directory;
    private final TimerClientOptions options;
    private final long untilNs;
    private long napNs = FIRST_NAP_NS;
    private long connectedNs;
    private long saidHelloNs;
    private Reason reason = Reason.NOT_FOUND;
    private String why = "there is no daemon";
    private String remedy = "";

    private Connector(BusDirectory directory, TimerClientOptions options) {
        this.directory = directory;
        this.options = options;
        long nowNs = System.nanoTime();
        this.untilNs = nowNs + Math.min(options.connectTimeoutNs(), Long.MAX_VALUE / 2);
    }

    static ClientConnection connect(BusDirectory directory, TimerClientOptions options) {
        directory.check();
        Connector connector = new Connector(directory, options);
        return Uninterrupted.call(connector::connect);
    }

    private ClientConnection connect() {
        ClientConnection connection = attempt();
        while (connection == null) {
            connection = attempt();
        }
        return connection;
    }

    /** One attempt; null if it must be repeated. */
    private ClientConnection attempt() {
        SignalsFile signals = findDaemon();
        SocketChannel socket = signals == null ? null : openSocket();
        RepliesFile replies = socket == null ? null : findReplies(signals);
        ClientConnection connection = null;
        try {
            connection = replies == null ? null : introduce(signals, replies, socket);
        } finally {
            if (connection == null && socket != null) {
                close(socket);
            }
        }
        if (connection == null) {
            nap(LONGEST_NAP_NS);
        }
        return connection;
    }

    private static void close(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // The kernel closes it anyway.
            return;
        }
    }

    private SignalsFile findDaemon() {
        SignalsFile signals;
        try {
            signals = SignalsFile.attach(directory);
        } catch (BusException e) {
            failed(e, "the bus is just being made");
            return null;
        }
        PublisherStatus status = new PublisherLiveness(directory).status(signals, System.nanoTime());
        if (status == PublisherStatus.DEAD || status == PublisherStatus.CLOSED) {
            noDaemon(Reason.NOT_FOUND, status == PublisherStatus.DEAD ? "its publisher died"
                    : "its publisher has stopped", "start 'tickbus daemon'");
            return null;
        }
        return signals;
    }

    private SocketChannel openSocket() {
        try {
            connectedNs = System.nanoTime();
            SocketChannel socket = ControlSocket.connect(directory);
            if (socket == null) {
                noDaemon(Reason.TIMEOUT, "too many clients connect at one time",
                        "check whether it is stopped or overloaded");
            }
            return socket;
        } catch (BusException e) {
            failed(e, "its publisher keeps no timers for others");
            return null;
        }
    }

    private RepliesFile findReplies(SignalsFile signals) {
        RepliesFile replies;
        try {
            replies = RepliesFile.attach(directory);
        } catch (BusException e) {
            failed(e, "its publisher keeps no timers for others");
            return null;
        }
        if (replies.epoch() != signals.header().epoch() || replies.historyId() != signals.header().historyId()) {
            noDaemon(Reason.NOT_FOUND, "its daemon is just being replaced", "start 'tickbus daemon'");
            return null;
        }
        return replies;
    }

    /** Only what is missing may appear later. */
    private void failed(BusException e, String missing) {
        if (e.reason() != Reason.NOT_FOUND) {
            throw e;
        }
        noDaemon(Reason.NOT_FOUND, missing, "start 'tickbus daemon'");
    }

    private void noDaemon(Reason newReason, String newWhy, String newRemedy) {
        reason = newReason;
        why = newWhy;
        remedy = newRemedy;
    }

    private ClientConnection introduce(SignalsFile signals, RepliesFile replies, SocketChannel socket) {
        boolean hasRing;
        try {
            // A daemon of another user cannot trust memory that this process may take away.
            hasRing = options.commandSlots() > 0 && ControlSocket.isOfThisUser(directory);
        } catch (BusException e) {
            failed(e, "its daemon is just stopping");
            return null;
        }
        ClientIdentity identity = new ClientIdentity(UUID.randomUUID(), replies.historyId(), replies.epoch(),
                ProcessHandle.current().pid(), options.name(), hasRing ? options.commandSlots() : 0);
        boolean isAdmitted = false;
        try {
            ClientFile file = hasRing ? ClientFile.create(directory, identity) : null;
            noDaemon(Reason.TIMEOUT, "it does not answer the client", "check whether it is stopped or overloaded");
            Answer welcome = ask(socket, ControlMessage.hello(identity));
            if (welcome == null || welcome.session() >= replies.sessionCount()) {
                return null;
            }
            isAdmitted = true;
            return connected(signals, replies, new Half(identity, file, socket, welcome));
        } catch (BusException e) {
            // A daemon deletes the unfinished file of a client that takes too long, and all of them when it starts.
            failed(e, "it takes no clients so far");
            return null;
        } finally {
            if (hasRing && !isAdmitted) {
                ClientFile.delete(directory, identity.uuid());
            }
        }
    }

    private record Half(ClientIdentity identity, ClientFile file, SocketChannel socket, Answer welcome) {
    }

    private ClientConnection connected(SignalsFile signals, RepliesFile replies, Half half) {
        Answer welcome = half.welcome();
        DaemonWaker waker;
        ClientFile file = half.file();
        if (file == null) {
            file = ClientFile.inMemory(Math.min(
                    options.commandSlots() == 0 ? MOST_SOCKET_SLOTS : options.commandSlots(), welcome.window()));
            waker = new SocketWaker(half.socket(), file);
        } else {
            int window = Math.min(options.commandSlots(), replies.slotCount());
            waker = new DoorbellWaker(replies, replies.session(welcome.session()), Doorbell.attach(directory), window);
        }
        return new ClientConnection(directory, new ClientConnection.Parts(
                signals, replies, half.identity(), file, half.socket(), welcome, waker));
    }

    /** Null if the daemon is gone. */
    private Answer ask(SocketChannel socket, ByteBuffer hello) {
        ByteBuffer message = ControlMessage.buffer();
        napNs = FIRST_NAP_NS;
        try {
            socket.write(hello);
            saidHelloNs = System.nanoTime();
            while (message.hasRemaining()) {
                if (hello.hasRemaining() || socket.read(message) < 0) {
                    return null;
                }
                if (message.hasRemaining()) {
                    nap(LONGEST_NAP_BEFORE_ANSWER_NS);
                }
            }
        } catch (IOException e) {
            return null;
        }
        return parse(message);
    }

    private Answer parse(ByteBuffer message) {
        Answer answer;
        try {
            answer = ControlMessage.readAnswer(message);
        } catch (IllegalArgumentException e) {
            throw new BusException(Reason.WRONG_VERSION, directory.control().toString(), e.getMessage(),
                    "use the same tickbus version on both sides");
        }
        if (answer.isWelcome()) {
            return answer;
        }
        boolean isLate = answer.reason() == ReplyReason.BAD_HELLO && saidHelloNs - connectedNs > LATE_HELLO_NS;
        if (answer.reason() == ReplyReason.WRONG_EPOCH || isLate) {
            return null;
        }
        throw new BusException(Reason.DISCONNECTED, "bus '" + directory.name() + "'",
                "its daemon rejects this client: " + answer.reason().sentence() + " (" + answer.text() + ")",
                "see the daemon's log and its quotas");
    }

    private void nap(long longestNs) {
        if (System.nanoTime() - untilNs >= 0) {
            throw new BusException(reason, "no daemon answers on bus '" + directory.name() + "' within "
                    + TimeUnit.NANOSECONDS.toMillis(options.connectTimeoutNs()) + " ms", why, remedy);
        }
        LockSupport.parkNanos(napNs);
        napNs = Math.min(2 * napNs, longestNs);
    }
}
