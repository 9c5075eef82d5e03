// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import io.tickbus.client.ArmedTimer;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.cluster.plan.ClusterFiring;
import io.tickbus.cluster.plan.Firing;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The host's daemon as the agent uses it: a client for each owner of the cluster, named {@code cluster.OWNER}, so that
 * a signal's key is the intent's. Timers stay armed when the agent dies.
 *
 * <p><b>Threads:</b> the agent's. <b>Errors:</b> {@link BusException} when the daemon is gone, until {@link #reset}.
 */
final class LocalDaemon implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalDaemon.class.getName());
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final String PREFIX = "cluster.";
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
    private static final int REPLIES = 256;

    /** What to do with a timer. */
    private enum Action {
        ARM, CANCEL, REVOKE
    }

    private record Request(Firing firing, Action action) {
    }

    /** A command of an owner's client. */
    private record Command(int owner, long number) {
    }

    private final BusDirectory directory;
    private final IntFunction<String> ownerNames;
    private final Map<Integer, TimerClient> clients = new HashMap<>();
    /** What finds no room in a client's ring. */
    private final Queue<Request> waiting = new ArrayDeque<>();
    private final TimerCommand command = new TimerCommand();
    private long nextConnectNs = System.nanoTime();
    private int cancelsInFlight;
    private final Map<Command, Firing> revoking = new HashMap<>();
    private final List<Firing> revoked = new ArrayList<>();

    /** What the daemon refuses to arm. */
    interface Refusals {
        void accept(int owner, long key);
    }

    private final Refusals refusals;

    LocalDaemon(BusDirectory directory, IntFunction<String> ownerNames, Refusals refusals) {
        this.directory = directory;
        this.ownerNames = ownerNames;
        this.refusals = refusals;
    }

    /** Connects for an owner; what an earlier agent has armed for it is cancelled. */
    TimerClient client(int owner) {
        TimerClient client = clients.get(owner);
        if (client == null) {
            client = TimerClient.connect(directory, TimerClientOptions.defaults()
                    .withName(PREFIX + ownerNames.apply(owner)).withConnectTimeoutNs(TIMEOUT_NS));
            for (ArmedTimer timer : client.list(false, TIMEOUT_NS)) {
                client.call(command.cancel(timer.key()), TIMEOUT_NS);
            }
            clients.put(owner, client);
        }
        return client;
    }

    /** The same; null while the daemon, which serves others of its owners, has no room for one more client. */
    TimerClient find(int owner) {
        if (clients.isEmpty() || clients.containsKey(owner)) {
            return client(owner);
        }
        if (System.nanoTime() - nextConnectNs < 0) {
            return null;
        }
        try {
            return client(owner);
        } catch (BusException e) {
            if (e.reason() != BusException.Reason.DISCONNECTED) {
                throw e;
            }
            nextConnectNs = System.nanoTime() + RETRY_NS;
            LOG.log(System.Logger.Level.WARNING, "the timers of {0} do not fire on this host now: {1}",
                    ownerNames.apply(owner), e.getMessage());
            return null;
        }
    }

    void arm(Firing firing) {
        waiting.add(new Request(firing, Action.ARM));
        send();
    }

    void cancel(Firing firing) {
        waiting.add(new Request(firing, Action.CANCEL));
        send();
    }

    void revoke(Firing firing) {
        waiting.add(new Request(firing, Action.REVOKE));
        send();
    }

    /** Hands over what was revoked, to be called when all signals have been read that were published by now. */
    void takeRevoked(Consumer<Firing> consumer) {
        revoked.forEach(consumer);
        revoked.clear();
    }

    private boolean send() {
        boolean hasSent = false;
        while (!waiting.isEmpty() && send(waiting.peek())) {
            waiting.remove();
            hasSent = true;
        }
        return hasSent;
    }

    private boolean send(Request request) {
        Firing firing = request.firing();
        TimerClient client = client(firing.intent().owner());
        long key = firing.intent().spec().key();
        if (request.action() != Action.ARM) {
            long number = client.cancel(key);
            boolean isSent = number != TimerClient.FULL;
            cancelsInFlight += isSent ? 1 : 0;
            if (isSent && request.action() == Action.REVOKE) {
                revoking.put(new Command(firing.intent().owner(), number), firing);
            }
            return isSent;
        }
        command.armAt(key, firing.intent().spec().signalId(), firing.dueUtcNs())
                .flags(CommandLayout.FLAG_CALENDAR | CommandLayout.FLAG_KEEP_ON_DEATH)
                .graceUs(firing.intent().spec().graceUs()).occurrence((int) firing.occurrence())
                .payload(ClusterFiring.payloadLow(firing), ClusterFiring.payloadHigh(firing), ClusterFiring.LENGTH)
                .generation(firing.intent().spec().generation());
        return client.sendAs(command) != TimerClient.FULL;
    }

    /** Reads replies and sends what waits; returns whether there was anything. */
    boolean poll() {
        int replies = 0;
        for (Map.Entry<Integer, TimerClient> client : clients.entrySet()) {
            replies += client.getValue().pollReplies(reply -> onReply(client.getKey(), reply), REPLIES);
        }
        return send() || replies > 0;
    }

    private void onReply(int owner, TimerReply reply) {
        ReplyCode code = reply.code();
        if (code == ReplyCode.CANCELLED || code == ReplyCode.ALREADY_FIRED || code == ReplyCode.UNKNOWN) {
            cancelsInFlight--;
            Firing firing = revoking.remove(new Command(owner, reply.commandSequence()));
            if (firing != null) {
                revoked.add(firing);
            }
        } else if (code != ReplyCode.ARMED) {
            refusals.accept(owner, reply.key());
        }
    }

    /** Whether the daemon has answered every cancellation. */
    boolean hasConfirmedCancels() {
        return cancelsInFlight == 0 && waiting.isEmpty();
    }

    /** Leaves the daemon; {@link #client} connects again. */
    void reset() {
        for (TimerClient client : clients.values()) {
            try {
                client.close();
            } catch (BusException e) {
                // It is gone already.
            }
        }
        clients.clear();
        waiting.clear();
        revoking.clear();
        revoked.clear();
        cancelsInFlight = 0;
    }

    @Override
    public void close() {
        reset();
    }
}
