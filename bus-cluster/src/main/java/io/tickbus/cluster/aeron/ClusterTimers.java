// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static io.tickbus.cluster.aeron.Messages.LITTLE;

import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.client.EgressListener;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.Header;
import io.tickbus.cluster.intent.CancelledIntent;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentResult;
import io.tickbus.cluster.intent.IntentSnapshot;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Arms and cancels timers of all hosts, and asks about them: a client of the cluster.
 *
 * <pre>{@code
 * try (ClusterTimers timers = ClusterTimers.connect(List.of("10.0.0.1", "10.0.0.2", "10.0.0.3"), "billing")) {
 *     ArmReply armed = timers.arm(IntentSpec.everywhere(1, 42, utcNs));
 *     CancelReply cancelled = timers.cancel(1, 1_000_000_000);
 * }
 * }</pre>
 *
 * <p>What is armed is in the log of a majority when its reply comes. Messages whose replies do not come are sent again,
 * in their order, to the next leader too: each is applied once, however often it arrives.
 *
 * <p><b>Threads:</b> one, besides those of Aeron's media driver. <b>Progress:</b> {@link #add}, {@link #flush} and
 * {@link #poll} do not wait for the cluster; the others do, no longer than told.
 * <p><b>Errors:</b> {@link BusException} TIMEOUT when the cluster does not answer in time: the command may or may not
 * be carried out.
 */
public final class ClusterTimers implements AutoCloseable {
    /** Owners' timers of all. */
    public static final int ALL_OWNERS = Messages.ALL_OWNERS;
    private static final long DEFAULT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long RESEND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long ASK_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int MAX_BATCH = 8 * 1024;

    /** A message whose reply has not come. */
    private static final class Pending {
        final long correlation;
        final byte kind;
        final byte[] body;
        boolean isSent;
        long sentNs;

        Pending(long correlation, byte kind, byte[] body) {
            this.correlation = correlation;
            this.kind = kind;
            this.body = body;
        }
    }

    private final MediaDriver driver;
    private final AeronLogWriter session;
    private final Map<Long, Pending> pending = new LinkedHashMap<>();
    private final ExpandableArrayBuffer batch = new ExpandableArrayBuffer(2 * MAX_BATCH);
    private final ExpandableArrayBuffer query = new ExpandableArrayBuffer(64);
    private final long resultOrigin = new SplittableRandom().nextLong() & (Long.MAX_VALUE >> 1);
    private Consumer<ArmReply> replies = reply -> { };
    private int batchLength;
    private int owner = Messages.ALL_OWNERS;
    private int nextGeneration = new SplittableRandom().nextInt() | 1;
    private final long client = new SplittableRandom().nextLong();
    private long messages;
    private long nextCorrelation = resultOrigin + 1;
    private ArmReply lastReply;
    private int number;
    private long timeoutNs = DEFAULT_TIMEOUT_NS;
    private IntentLog answer;
    private IntentSnapshot answerReader;

    private ClusterTimers(MediaDriver driver, String aeronDirectory, List<String> members) {
        this.driver = driver;
        String ingress = MemberOptions.ingressEndpoints(members);
        String own = LocalAddress.towards(MemberOptions.endpoint(members.get(0), 0));
        EgressListener listener = this::onMessage;
        this.session = new AeronLogWriter(() -> new AeronCluster.Context().aeronDirectoryName(aeronDirectory)
                .ingressChannel("aeron:udp?term-length=1m").ingressEndpoints(ingress).egressListener(listener)
                .egressChannel("aeron:udp?term-length=1m|endpoint=" + own + ":0"));
    }

    /**
     * Connects to a cluster, with a media driver in this process.
     *
     * @param members addresses of all members, as in {@link MemberOptions}
     * @param owner   whose timers these are: clients of the same name share them
     * @throws BusException TIMEOUT if there is no leader within 20 seconds
     */
    public static ClusterTimers connect(List<String> members, String owner) {
        MediaDriver driver = MediaDriver.launch(new MediaDriver.Context()
                .aeronDirectoryName(AeronDirectory.make("cluster")).dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true).threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new BackoffIdleStrategy(10, 10, 1_000, NAP_NS)));
        ClusterTimers timers = new ClusterTimers(driver, driver.aeronDirectoryName(), members);
        try {
            timers.open(owner);
            return timers;
        } catch (RuntimeException e) {
            timers.close();
            throw e;
        }
    }

    private void open(String name) {
        int length = IntentCommands.owner(batch, 0, name);
        ArmReply reply = call(length);
        if (reply.refused().get(0) == IntentResult.INVALID) {
            throw new IllegalArgumentException("an owner has 1 to " + IntentCommands.MAX_OWNER_LENGTH + " letters, "
                    + "digits, '.', '_' or '-' as its name, and begins with none of '.' and '-': owner=" + name);
        }
        if (reply.refusals() > 0) {
            throw new IllegalStateException("the cluster has no room for another owner: owner=" + name);
        }
        owner = number;
    }

    /** The number of this client's owner. */
    public int owner() {
        return owner;
    }

    /** Whether a session with the cluster is open. */
    public boolean isConnected() {
        return session.isConnected();
    }

    /** Sets how long calls wait for the cluster, which may have to elect a leader; 20 seconds unless it is set. */
    public ClusterTimers timeout(long newTimeoutNs) {
        timeoutNs = newTimeoutNs;
        return this;
    }

    /** Takes the replies to what {@link #flush} has sent. */
    public ClusterTimers onReply(Consumer<ArmReply> handler) {
        replies = handler;
        return this;
    }

    /** Arms a timer and waits for the reply; its generation is given here unless it has one. */
    public ArmReply arm(IntentSpec spec) {
        flush();
        IntentCommands.arm(batch, 0, owner, numbered(spec));
        return call(IntentCommands.ARM_LENGTH);
    }

    private IntentSpec numbered(IntentSpec spec) {
        if (spec.generation() != 0) {
            return spec;
        }
        nextGeneration += 2;
        return spec.withGeneration(nextGeneration);
    }

    /** Adds an arming to the next message, which is sent when it is full, or by {@link #flush}. */
    public void add(IntentSpec spec) {
        batchLength += IntentCommands.arm(batch, batchLength, owner, numbered(spec));
        flushIfFull();
    }

    /** Adds a cancellation to the next message. */
    public void addCancel(long key) {
        batchLength += IntentCommands.cancel(batch, batchLength, owner, key, 0);
        flushIfFull();
    }

    private void flushIfFull() {
        if (batchLength > MAX_BATCH - IntentCommands.ARM_LENGTH) {
            flush();
        }
    }

    /** Sends what was added; returns the number of the message, or 0 if there was none. */
    public long flush() {
        if (batchLength == 0) {
            return 0;
        }
        long correlation = put(Messages.COMMANDS, batch, batchLength);
        batchLength = 0;
        poll();
        return correlation;
    }

    private long put(byte kind, DirectBuffer from, int length) {
        boolean hasCommands = kind == Messages.COMMANDS;
        int at = hasCommands ? IntentCommands.CLIENT_LENGTH : 0;
        byte[] body = new byte[at + length];
        from.getBytes(0, body, at, length);
        if (hasCommands) {
            messages++;
            IntentCommands.client(new UnsafeBuffer(body), 0, client, messages);
        }
        long correlation = nextCorrelation++;
        pending.put(correlation, new Pending(correlation, kind, body));
        return correlation;
    }

    /** Messages whose replies have not come. */
    public int unanswered() {
        return pending.size();
    }

    /** Sends what waits and reads replies; to be called at least once a second while there is anything unanswered. */
    public boolean poll() {
        boolean wasConnected = session.isConnected();
        boolean hasWorked = session.poll();
        long nowNs = System.nanoTime();
        boolean isNew = !wasConnected && session.isConnected();
        for (Pending message : pending.values()) {
            if (isNew || (message.isSent && nowNs - message.sentNs > RESEND_NS)) {
                message.isSent = false;
            }
        }
        for (Pending message : pending.values()) {
            if (!message.isSent) {
                query.putBytes(0, message.body);
                if (!session.send(message.correlation, message.kind, query, message.body.length)) {
                    return hasWorked;
                }
                message.isSent = true;
                message.sentNs = nowNs;
                hasWorked = true;
            }
        }
        return hasWorked;
    }

    private ArmReply call(int length) {
        long correlation = put(Messages.COMMANDS, batch, length);
        await(() -> !pending.containsKey(correlation));
        return lastReply;
    }

    private void await(BooleanSupplier isDone) {
        long untilNs = System.nanoTime() + timeoutNs;
        while (!isDone.getAsBoolean()) {
            if (!poll()) {
                LockSupport.parkNanos(NAP_NS);
            }
            if (System.nanoTime() > untilNs) {
                throw new BusException(Reason.TIMEOUT, "cluster", "it does not answer within "
                        + TimeUnit.NANOSECONDS.toMillis(timeoutNs) + " ms", "check that a majority of members runs");
            }
        }
    }

    private void onMessage(long sessionId, long timestamp, DirectBuffer from, int at, int length, Header header) {
        long correlation = from.getLong(at + Messages.CORRELATION, LITTLE);
        byte kind = from.getByte(at + Messages.KIND);
        if (kind == Messages.ANSWER && pending.remove(correlation) != null) {
            lastReply = answer(correlation, from, at);
            number = from.getInt(at + Messages.NUMBER, LITTLE);
            replies.accept(lastReply);
        } else if (kind == Messages.STATE && pending.containsKey(correlation)) {
            // Where the query was sent again, another answer begins before the former has ended.
            if (IntentSnapshot.isFirst(from, at + Messages.BODY)) {
                answer = new IntentLog();
                answerReader = IntentSnapshot.into(answer);
            }
            if (answerReader == null) {
                return;
            }
            answerReader.onMessage(from, at + Messages.BODY, length - Messages.BODY);
            if (answerReader.isComplete()) {
                pending.remove(correlation);
            }
        }
    }

    private static ArmReply answer(long correlation, DirectBuffer from, int at) {
        int refusals = from.getInt(at + Messages.REFUSED, LITTLE);
        Map<Integer, IntentResult> refused = new HashMap<>();
        int next = at + Messages.DETAILS;
        for (int i = 0; i < Math.min(refusals, IntentService.MAX_REFUSED); i++) {
            refused.put(from.getInt(next, LITTLE), IntentResult.of(from.getInt(next + Integer.BYTES, LITTLE)));
            next += 2 * Integer.BYTES;
        }
        Map<Integer, Long> lags = new HashMap<>();
        for (int i = from.getInt(at + Messages.HOSTS, LITTLE); i > 0; i--) {
            lags.put(from.getInt(next, LITTLE), from.getLong(next + Integer.BYTES, LITTLE));
            next += Integer.BYTES + Long.BYTES;
        }
        return new ArmReply(correlation, from.getInt(at + Messages.COUNT, LITTLE), refused, refusals,
                from.getLong(at + Messages.POSITION, LITTLE), from.getLong(at + Messages.TIME, LITTLE), lags);
    }

    /**
     * Cancels a timer, and waits until all hosts have confirmed that they do not fire it.
     *
     * @param confirmNs how long to wait for them at most
     */
    public CancelReply cancel(long key, long confirmNs) {
        flush();
        int length = IntentCommands.cancel(batch, 0, owner, key, 0);
        ArmReply reply = call(length);
        if (reply.refusals() > 0) {
            return new CancelReply(CancelReply.Outcome.UNKNOWN, List.of());
        }
        long untilNs = System.nanoTime() + confirmNs;
        while (true) {
            IntentLog state = explain(key);
            CancelledIntent cancelled = state.findCancelled(owner, key);
            List<String> hosts = new ArrayList<>();
            if (cancelled == null) {
                return new CancelReply(CancelReply.Outcome.MAY_HAVE_FIRED, hosts);
            }
            cancelled.firedOn(state.membership()).forEach(host -> hosts.add(host.name()));
            List<Host> unconfirmed = cancelled.unconfirmed(state.membership());
            if (unconfirmed.isEmpty() || System.nanoTime() > untilNs) {
                unconfirmed.stream().map(Host::name).filter(name -> !hosts.contains(name)).forEach(hosts::add);
                return new CancelReply(hosts.isEmpty() ? CancelReply.Outcome.CERTAIN
                        : CancelReply.Outcome.MAY_HAVE_FIRED, hosts);
            }
            LockSupport.parkNanos(ASK_NS);
        }
    }

    /** All hosts, and what is known of one timer of this owner: armed or cancelled lately. */
    public IntentLog explain(long key) {
        return query(owner, key, 0);
    }

    /** All hosts and owners, and timers of this owner, up to a limit, which is 10,000 at most. */
    public IntentLog list(int limit) {
        return query(owner, 0, limit);
    }

    /** All hosts and owners, and timers of all owners, up to a limit, which is 10,000 at most. */
    public IntentLog listAll(int limit) {
        return query(Messages.ALL_OWNERS, 0, limit);
    }

    /** All hosts and owners, and no timers. */
    public IntentLog status() {
        return query(Messages.NO_OWNER, 0, 1);
    }

    private IntentLog query(int of, long key, int limit) {
        ExpandableArrayBuffer body = new ExpandableArrayBuffer(Messages.QUERY_LENGTH);
        body.putInt(Messages.QUERY_OWNER - Messages.BODY, of, LITTLE);
        body.putLong(Messages.QUERY_KEY - Messages.BODY, key, LITTLE);
        body.putInt(Messages.QUERY_LIMIT - Messages.BODY, limit, LITTLE);
        long correlation = put(Messages.QUERY, body, Messages.QUERY_LENGTH - Messages.BODY);
        await(() -> !pending.containsKey(correlation));
        return answer;
    }

    /** The timer of a key of this owner; null if there is none. */
    public Intent find(long key) {
        return explain(key).find(owner, key);
    }

    /** Ends the session. Timers stay. */
    @Override
    public void close() {
        CloseHelper.quietCloseAll(session, driver);
    }
}
