// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.core.timer.TimerScope;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Commands with a scope, on their way to the cluster: hands them to the client that is the gateway, in the order in
 * which they came, and its answers to those who sent them. The timer thread's.
 *
 * <p>Each has a number in a series, by which the cluster knows it: what a gateway left unanswered when it died, the
 * next one gets, and no command counts twice. What is not answered in time, for whatever reason, is UNCERTAIN, with all
 * that waits; the next command begins another series.
 */
final class ClusterGateway {
    /** The longest name of an owner, which gets a prefix at the daemons. */
    static final int MAX_NAME_LENGTH = 56;
    /** How long a command may be unanswered. */
    static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int CAPACITY = 1 << 12;
    private static final int MASK = CAPACITY - 1;
    /** Commands that the gateway has not read: with names they fill four fifths of its ring of 1,024 replies. */
    private static final int WINDOW = 200;

    private final DaemonCounters counters;
    private final TimerReply reply = new TimerReply();
    private final SplittableRandom random = new SplittableRandom();
    private final Entry[] entries = new Entry[CAPACITY];
    /** Null for none. */
    private ServedClient gateway;
    private long gatewaySequence;
    private long series = random.nextLong();
    /** Commands of earlier series. */
    private long before;
    /** Numbers: the first that is not answered, that the gateway has not read, that is to be handed to it, the next. */
    private long first = 1;
    private long unread = 1;
    private long unsent = 1;
    private long next = 1;

    /** A command that is not answered. */
    private static final class Entry {
        private final TimerCommand command = new TimerCommand();
        /** Null when it is answered. */
        private ServedClient client;
        private long sequence;
        private long signalSequence;
        private long receivedNs;
    }

    ClusterGateway(DaemonCounters counters) {
        this.counters = counters;
    }

    /** Whether a command has a scope, or is a gateway's. */
    static boolean isFor(TimerCommand command) {
        return (command.flags() & TimerScope.FLAGS) != 0 || command.type() > CommandLayout.TYPE_LIST;
    }

    /**
     * Takes a command. One with a scope is answered later, one of the gateway not at all.
     *
     * @return why not, or NONE
     */
    ReplyReason take(ServedClient client, TimerCommand command, long sequence, long signalSequence, long nowNs) {
        return switch (command.type()) {
            case CommandLayout.TYPE_ARM, CommandLayout.TYPE_CANCEL ->
                    submit(client, command, sequence, signalSequence, nowNs);
            case CommandLayout.TYPE_GATEWAY -> command.key() == CommandLayout.GATEWAY_KEY ? begin(client, sequence)
                    : ReplyReason.UNKNOWN_TYPE;
            case CommandLayout.TYPE_RESULT -> onResult(client, command);
            case CommandLayout.TYPE_PAUSE, CommandLayout.TYPE_RESUME -> ReplyReason.UNKNOWN_FLAG;
            default -> ReplyReason.UNKNOWN_TYPE;
        };
    }

    private ReplyReason submit(ServedClient client, TimerCommand command, long sequence, long signalSequence,
            long nowNs) {
        if ((command.flags() & TimerScope.FLAGS) == TimerScope.FLAGS) {
            return ReplyReason.BAD_SCOPE;
        }
        if (!hasGateway()) {
            return ReplyReason.NO_CLUSTER;
        }
        if (client.name().isEmpty() || client.name().length() > MAX_NAME_LENGTH) {
            return ReplyReason.CLUSTER_NAME;
        }
        if (next - first == CAPACITY) {
            return ReplyReason.CLUSTER_FULL;
        }
        int place = (int) next & MASK;
        Entry entry = entries[place] == null ? new Entry() : entries[place];
        entries[place] = entry;
        entry.command.copyOf(command);
        entry.client = client;
        entry.sequence = sequence;
        entry.signalSequence = signalSequence;
        entry.receivedNs = nowNs;
        next++;
        counters.set(DaemonCounter.CLUSTER_WAITING, next - first);
        return ReplyReason.NONE;
    }

    private boolean hasGateway() {
        return gateway != null && !gateway.isClosed() && !gateway.isClosing();
    }

    /** From now on this client is the gateway. What is not answered is handed to it once more. */
    private ReplyReason begin(ServedClient client, long sequence) {
        if (!client.hasRing()) {
            // Of another user than the daemon's, perhaps.
            return ReplyReason.NOT_SHARED;
        }
        gateway = client;
        gatewaySequence = sequence;
        unread = first;
        unsent = first;
        return ReplyReason.NONE;
    }

    private ReplyReason onResult(ServedClient client, TimerCommand result) {
        ReplyCode code = ReplyCode.of(result.signalId());
        if (client != gateway || code == null) {
            return ReplyReason.UNKNOWN_TYPE;
        }
        long number = result.key();
        if (number < first || number >= unsent) {
            // Of an earlier series, or answered already.
            return ReplyReason.NONE;
        }
        if (code == ReplyCode.SUBMITTED) {
            unread = Math.max(unread, number + 1);
            return ReplyReason.NONE;
        }
        Entry entry = entries[(int) number & MASK];
        reply.answer(code, ReplyReason.of((int) result.graceUs()), entry.command.key())
                .timer((int) result.payloadLow(), entry.command.signalId(), entry.command.periodNs())
                .deadlineNs(result.deadlineNs()).detail(result.periodNs());
        answer(entry);
        return ReplyReason.NONE;
    }

    private void answer(Entry entry) {
        ServedClient client = entry.client;
        entry.client = null;
        while (first < next && entries[(int) first & MASK].client == null) {
            first++;
        }
        unread = Math.max(unread, first);
        unsent = Math.max(unsent, first);
        counters.set(DaemonCounter.CLUSTER_WAITING, next - first);
        if (client != null && !client.isClosed()) {
            counters.countReply(reply);
            client.answer(reply.commandSequence(entry.sequence).signalSequence(entry.signalSequence));
        }
    }

    /** Hands over what the gateway has room for; answers what has waited too long. */
    void poll(long nowNs) {
        if (first == next) {
            return;
        }
        if (nowNs - entries[(int) first & MASK].receivedNs > TIMEOUT_NS) {
            abandon();
        }
        while (unsent < next && unsent - unread < WINDOW && hasGateway()) {
            Entry entry = entries[(int) unsent & MASK];
            if (entry.client != null) {
                forward(entry, unsent);
            }
            unsent++;
        }
    }

    private void forward(Entry entry, long number) {
        int owner = entry.client.owner();
        if (entry.client.introducedTo() != gateway) {
            send(reply.forwardedName(owner, 0, entry.client.name()));
            send(reply.forwardedName(owner, 1, entry.client.name()));
            entry.client.introducedTo(gateway);
        }
        send(reply.forwarded(series, number, owner, entry.command));
        send(reply.forwardedRest(number - before, owner, entry.command));
    }

    private void send(TimerReply message) {
        gateway.answer(message.commandSequence(gatewaySequence));
    }

    private void abandon() {
        while (first < next) {
            Entry entry = entries[(int) first & MASK];
            reply.answer(ReplyCode.UNCERTAIN, ReplyReason.NONE, entry.command.key()).timer(0,
                    entry.command.signalId(), entry.command.periodNs());
            answer(entry);
            counters.add(DaemonCounter.CLUSTER_UNCERTAIN, 1);
        }
        series = random.nextLong();
        before = next - 1;
    }
}
