// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.cluster.intent.CancelledIntent;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentResult;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.core.timer.TimerScope;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.agrona.ExpandableArrayBuffer;

/**
 * Takes the commands with a scope from the local daemon to the log, and answers them when they are applied here: then
 * they are in the log of a majority. Each is a message of its own, numbered by the daemon, so that one that is sent
 * again, by this agent or the next, counts once; which are applied, and with what result, is part of the replicated
 * state. So nothing here needs to survive.
 *
 * <p><b>Threads:</b> the agent's. <b>Errors:</b> {@link BusException} when the daemon is gone, until {@link #close}.
 */
final class HostGateway implements AutoCloseable {
    private static final long CONNECT_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long RESEND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long OWNER_RESEND_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** How long hosts may take to confirm a cancellation. */
    private static final long CONFIRM_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long FARTHEST_NS = TimeUnit.DAYS.toNanos(36_500);
    private static final int CAP = 1_000;
    private static final int MAX_PAYLOAD = 4;
    private static final int REPLIES = 512;
    private static final int ARM_FLAGS = CommandLayout.FLAG_KEEP_ON_DEATH | CommandLayout.FLAG_CALENDAR;

    /** A command of the daemon's clients. */
    private static final class Request {
        private final TimerCommand command = new TimerCommand();
        private final long number;
        private final String owner;
        private long message;
        /** Null for a cancellation, and for what no cluster can arm. */
        private IntentSpec spec;
        private boolean isSent;
        private long sentNs;
        private long cancelledNs;

        private Request(long number, String owner) {
            this.number = number;
            this.owner = owner;
        }

        private boolean isCancel() {
            return command.type() == CommandLayout.TYPE_CANCEL;
        }

        private TimerCommand answer(ReplyCode code, ReplyReason reason) {
            return answer(code, reason, 0, 0, 0);
        }

        private TimerCommand answer(ReplyCode code, ReplyReason reason, int localOwner, long deadlineNs, long detail) {
            return new TimerCommand().result(number, code, reason, localOwner, deadlineNs, detail).quiet(true);
        }
    }

    private final BusDirectory bus;
    private final HostClock clock;
    private final LogWriter log;
    /** The number at this host's daemon of an owner of the cluster. */
    private final IntUnaryOperator localOwners;
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(256);
    private final TimerCommand scratch = new TimerCommand();
    private final Map<Integer, String> names = new HashMap<>();
    private final Queue<Request> unapplied = new ArrayDeque<>();
    /** Cancelled in the log; hosts have yet to confirm it. */
    private final Queue<Request> unconfirmed = new ArrayDeque<>();
    private final Queue<TimerCommand> answers = new ArrayDeque<>();
    private TimerClient daemon;
    private long series;
    private Request incomplete;
    private long received;
    private long confirmed;
    private long ownerSentNs;

    HostGateway(BusDirectory bus, HostClock clock, LogWriter log, IntUnaryOperator localOwners) {
        this.bus = bus;
        this.clock = clock;
        this.log = log;
        this.localOwners = localOwners;
    }

    /** Tells the daemon that commands with a scope are taken here. */
    void open() {
        if (daemon == null) {
            daemon = TimerClient.connect(bus, TimerClientOptions.defaults().withConnectTimeoutNs(CONNECT_NS));
            daemon.send(scratch.reset(CommandLayout.TYPE_GATEWAY, CommandLayout.GATEWAY_KEY));
        }
    }

    /** Reads, sends and answers; returns whether there was anything to do. */
    boolean poll(IntentLog state) {
        boolean hasWorked = daemon.pollReplies(this::onReply, REPLIES) > 0;
        if (received > confirmed) {
            long sequence = daemon.send(scratch.result(received, ReplyCode.SUBMITTED, ReplyReason.NONE, 0, 0, 0)
                    .quiet(true));
            confirmed = sequence == TimerClient.FULL ? confirmed : received;
        }
        settle(state);
        for (Request request = unconfirmed.peek(); request != null && confirm(state, request);
                request = unconfirmed.peek()) {
            unconfirmed.remove();
        }
        while (!answers.isEmpty() && daemon.send(answers.peek()) != TimerClient.FULL) {
            answers.remove();
            hasWorked = true;
        }
        return send(state) || hasWorked;
    }

    private void onReply(TimerReply reply) {
        ReplyCode code = reply.code();
        if (code == ReplyCode.FORWARDED_NAME) {
            names.merge(reply.owner(), reply.namePart(), (former, part) -> reply.signalId() == 0 ? part
                    : former + part);
        } else if (code == ReplyCode.FORWARDED) {
            if (series != reply.detail()) {
                // The daemon has answered those before.
                forget();
                series = reply.detail();
            }
            incomplete = new Request(reply.signalSequence(), names.get(reply.owner()));
            reply.copyForwardedTo(incomplete.command);
        } else if (code == ReplyCode.FORWARDED_REST) {
            Request request = incomplete;
            reply.copyRestTo(request.command);
            request.message = reply.deadlineNs();
            request.spec = request.isCancel() ? null : spec(request.command);
            received = request.number;
            unapplied.add(request);
        }
    }

    /** Null if a cluster can have no such timer. */
    private IntentSpec spec(TimerCommand command) {
        boolean isCalendar = (command.flags() & CommandLayout.FLAG_CALENDAR) != 0;
        long nowNs = isCalendar ? clock.utcNs() : System.nanoTime();
        long delayNs = command.deadlineNs() < 0 ? Long.MAX_VALUE : command.deadlineNs() - nowNs;
        MisfirePolicy policy = MisfirePolicy.of(command.misfireCode() & ~CommandLayout.MISFIRE_NOT_BEFORE);
        boolean isValid = (command.flags() & ~(ARM_FLAGS | TimerScope.FLAGS)) == 0 && delayNs <= FARTHEST_NS
                && command.payloadLength() <= MAX_PAYLOAD && command.graceUs() <= Integer.MAX_VALUE
                && policy != null && (policy != MisfirePolicy.FIRE_ALL || command.catchUpCap() == CAP);
        if (!isValid) {
            return null;
        }
        long utcNs = isCalendar ? command.deadlineNs() : Math.max(0, clock.utcNs() + delayNs);
        int flags = (command.scope() == TimerScope.ONCE ? IntentSpec.ONCE : 0)
                | (command.isNotBefore() ? IntentSpec.NOT_BEFORE : 0);
        return IntentSpec.everywhere(command.key(), command.signalId(), utcNs).withFlags(flags)
                .withGeneration(command.generation()).withPeriod(command.periodNs(), 0)
                .withPolicy(policy, (int) command.graceUs())
                .withPayload((int) command.payloadLow(), command.payloadLength());
    }

    /** Finds out what is applied. To be called after each entry: the state remembers few refusals of a client. */
    void settle(IntentLog state) {
        for (Request request = unapplied.peek(); request != null; request = unapplied.peek()) {
            IntentResult result = state.result(series, request.message, request.isCancel() ? IntentCommands.CANCEL
                    : IntentCommands.ARM);
            if (result == null) {
                return;
            }
            unapplied.remove();
            if (request.isCancel() && result == IntentResult.CANCELLED) {
                request.cancelledNs = System.nanoTime();
                unconfirmed.add(request);
            } else {
                answers.add(answer(state, request, result));
            }
        }
    }

    private TimerCommand answer(IntentLog state, Request request, IntentResult result) {
        if (request.spec == null && !request.isCancel()) {
            return request.answer(ReplyCode.INVALID, ReplyReason.BAD_SCOPE);
        }
        int owner = state.owners().indexOf(request.owner);
        return switch (result) {
            case ARMED -> armed(state, request, owner);
            case UNKNOWN -> request.answer(ReplyCode.UNKNOWN, ReplyReason.NONE);
            case FULL -> request.answer(ReplyCode.FULL, ReplyReason.CLUSTER_FULL);
            case STALE -> request.answer(ReplyCode.UNCERTAIN, ReplyReason.NONE);
            default -> owner < 0 ? request.answer(ReplyCode.FULL, ReplyReason.CLUSTER_FULL)
                    : request.answer(ReplyCode.INVALID, ReplyReason.BAD_SCOPE);
        };
    }

    private TimerCommand armed(IntentLog state, Request request, int owner) {
        Intent intent = state.find(owner, request.spec.key());
        boolean isThis = intent != null && intent.spec().generation() == request.spec.generation();
        long lagNs = state.membership().hosts().stream().filter(host -> host.untilNs() > state.timeNs())
                .mapToLong(Host::lagNs).max().orElse(0);
        long firstNs = (isThis ? intent.spec() : request.spec).firstUtcNs();
        long slackNs = firstNs - (isThis ? intent.armedNs() : state.timeNs()) - lagNs;
        return request.answer(ReplyCode.ARMED, ReplyReason.NONE, localOwners.applyAsInt(owner),
                System.nanoTime() + (firstNs - clock.utcNs()), slackNs);
    }

    /** Answers a cancellation; false while a host has time to confirm it. */
    private boolean confirm(IntentLog state, Request request) {
        CancelledIntent cancelled = state.findCancelled(state.owners().indexOf(request.owner), request.command.key());
        Set<Host> hosts = new HashSet<>();
        if (cancelled != null) {
            hosts.addAll(cancelled.unconfirmed(state.membership()));
            if (!hosts.isEmpty() && System.nanoTime() - request.cancelledNs < CONFIRM_NS) {
                return false;
            }
            hosts.addAll(cancelled.firedOn(state.membership()));
        }
        answers.add(request.answer(ReplyCode.CANCELLED, ReplyReason.NONE, 0, 0, cancelled == null ? -1 : hosts.size()));
        return true;
    }

    /** Sends, in their order, what is not applied. */
    private boolean send(IntentLog state) {
        boolean hasSent = false;
        long nowNs = System.nanoTime();
        for (Request request : unapplied) {
            if (request.isSent && nowNs - request.sentNs < RESEND_NS) {
                continue;
            }
            int owner = state.owners().indexOf(request.owner);
            if ((owner < 0 && request.spec != null && awaitsOwner(state, request.owner, nowNs))
                    || !send(request, owner)) {
                return hasSent;
            }
            request.isSent = true;
            request.sentNs = nowNs;
            hasSent = true;
        }
        return hasSent;
    }

    /** Whether the owner is to have a number first; asks for that. */
    private boolean awaitsOwner(IntentLog state, String owner, long nowNs) {
        if (state.owners().size() >= IntentLog.MAX_OWNERS) {
            return false;
        }
        if (nowNs - ownerSentNs > OWNER_RESEND_NS) {
            ownerSentNs = nowNs;
            log.send(buffer, IntentCommands.owner(buffer, 0, owner));
        }
        return true;
    }

    private boolean send(Request request, int owner) {
        int length = IntentCommands.client(buffer, 0, series, request.message);
        if (request.isCancel()) {
            length += IntentCommands.cancel(buffer, length, owner, request.command.key(), 0);
        } else if (request.spec != null) {
            length += IntentCommands.arm(buffer, length, owner, request.spec);
        }
        return log.send(buffer, length);
    }

    private void forget() {
        unapplied.clear();
        unconfirmed.clear();
        answers.clear();
    }

    /** Leaves the daemon, which keeps what is not answered for the next gateway. */
    @Override
    public void close() {
        forget();
        names.clear();
        received = 0;
        confirmed = 0;
        TimerClient former = daemon;
        daemon = null;
        if (former != null) {
            try {
                former.close();
            } catch (BusException e) {
                // It is gone already.
            }
        }
    }
}
