// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static io.tickbus.cluster.aeron.Messages.LITTLE;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.ImageFragmentAssembler;
import io.aeron.Publication;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.Cluster.Role;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.logbuffer.Header;
import io.tickbus.cluster.host.HostFeed;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.IntentEvents;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentResult;
import io.tickbus.cluster.intent.IntentSnapshot;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.IdleStrategy;

/**
 * The replicated state as a service of Aeron Cluster. Everything that is applied goes to the feeds
 * too: of this host's agent, and of followers. The leader answers.
 *
 * <p><b>Threads:</b> that of the service container.
 */
final class IntentService implements ClusteredService, IntentEvents {
    static final int MAX_REFUSED = 128;
    /** Nobody sends longer ones. Thousands of messages may wait for an agent or a follower. */
    static final int MAX_MESSAGE = 16 * 1024;
    /** The most timers in the answer to a query, during which nothing else is applied. */
    static final int MAX_LISTED = 10_000;
    private static final long OFFER_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(250);
    /** After it has copied its state for feeds, the log is applied for this many times as long, up to the limit. */
    private static final int STATE_REST = 10;
    private static final long STATE_REST_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long NEEDED_NS = TimeUnit.SECONDS.toNanos(1);
    /** The log is kept so long for a member that is away. */
    private static final long KEEP_LOG_NS = TimeUnit.DAYS.toNanos(14);

    /** Of this host's agent, and of the followers that have chosen this member. */
    private final List<HostFeed> feeds = new CopyOnWriteArrayList<>();
    private final ExpandableArrayBuffer reply = new ExpandableArrayBuffer(1024);
    private IntentLog log = new IntentLog();
    private Cluster cluster;
    private int term;
    private int count;
    private int refused;
    private int number;
    /** The session that was closed last. */
    private long closed = -1;
    private boolean isCopying;
    private volatile Role role = Role.FOLLOWER;
    private volatile long position;
    private volatile long neededPosition;
    private volatile int neededBy;
    private long nextNeededNs;
    private long nextStateNs = System.nanoTime();
    private volatile CompletableFuture<String> description;

    /** From now on this feed gets a whole state, and everything that is applied; any thread. */
    void add(HostFeed feed) {
        feeds.add(feed);
    }

    /** This feed gets nothing any more; any thread. */
    void remove(HostFeed feed) {
        feeds.remove(feed);
    }

    /** What this member is now; for any thread. */
    Role role() {
        return role;
    }

    /** Up to where it has applied the log; for any thread. */
    long position() {
        return position;
    }

    /** What comes before it in the log is applied on all hosts; 0 until as many have joined as there are members. */
    long neededPosition(int members) {
        return neededBy < members ? 0 : neededPosition;
    }

    /** A follower gets a whole state; a member that has not been seen for so long does not count. */
    private void findNeededPosition() {
        long needed = position;
        int members = 0;
        for (Host host : log.membership().hosts()) {
            members += host.isFollower() ? 0 : 1;
            if (!host.isFollower() && host.seenNs() > log.timeNs() - KEEP_LOG_NS) {
                needed = Math.min(needed, host.appliedPosition());
            }
        }
        neededPosition = needed;
        neededBy = members;
    }

    /** All of the state as text, for tests; any thread. */
    String describe() {
        CompletableFuture<String> wanted = new CompletableFuture<>();
        description = wanted;
        return wanted.orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Override
    public void onStart(Cluster newCluster, Image snapshot) {
        cluster = newCluster;
        log = new IntentLog();
        if (snapshot != null) {
            IntentSnapshot reader = IntentSnapshot.into(log);
            ImageFragmentAssembler assembler = new ImageFragmentAssembler((buffer, offset, length, header) ->
                    reader.onMessage(buffer, offset, length));
            IdleStrategy idle = cluster.idleStrategy();
            while (!reader.isComplete()) {
                int fragments = snapshot.poll(assembler, 16);
                if (fragments == 0 && snapshot.isClosed()) {
                    throw new IllegalStateException("the snapshot ends too early");
                }
                idle.idle(fragments);
            }
        }
        term = log.term();
        position = log.position();
        log.tell(this);
        giveState(feeds);
    }

    private void giveState(List<HostFeed> to) {
        if (!to.isEmpty()) {
            IdleStrategy idle = cluster.idleStrategy();
            idle.reset();
            // Aeron closes what does not call it for long.
            isCopying = true;
            try {
                HostFeed.Entry state = HostFeed.Entry.state(log, () -> idle.idle(0));
                to.forEach(feed -> feed.give(state));
            } finally {
                isCopying = false;
            }
        }
    }

    @Override
    public void onSessionOpen(ClientSession session, long timestamp) {
        // Owners and hosts say who they are by commands.
    }

    @Override
    public void onSessionClose(ClientSession session, long timestamp, CloseReason closeReason) {
        // A host counts until its lease ends.
    }

    @Override
    public void onNewLeadershipTermEvent(long leadershipTermId, long logPosition, long timestamp,
            long termBaseLogPosition, int leaderMemberId, int logSessionId, TimeUnit timeUnit, int appVersion) {
        term = (int) leadershipTermId;
        // A snapshot has the term too.
        apply(reply, 0, 0, logPosition, timestamp);
    }

    @Override
    public void onSessionMessage(ClientSession session, long timestamp, DirectBuffer buffer, int offset, int length,
            Header header) {
        if (length < Messages.BODY || length > MAX_MESSAGE) {
            return;
        }
        long correlation = buffer.getLong(offset + Messages.CORRELATION, LITTLE);
        switch (buffer.getByte(offset + Messages.KIND)) {
            case Messages.COMMANDS -> {
                boolean isDone = apply(buffer, offset + Messages.BODY, length - Messages.BODY, cluster.logPosition(),
                        timestamp);
                if (isDone && correlation != 0 && cluster.role() == Role.LEADER) {
                    answer(session, correlation);
                }
            }
            case Messages.QUERY -> {
                if (cluster.role() == Role.LEADER && length >= Messages.QUERY_LENGTH) {
                    query(session, correlation, buffer, offset);
                }
            }
            default -> {
                // Of a later version.
            }
        }
        position = cluster.logPosition();
    }

    private boolean apply(DirectBuffer buffer, int offset, int length, long newPosition, long timestamp) {
        count = 0;
        refused = 0;
        number = 0;
        boolean isDone = log.apply(buffer, offset, length, newPosition, timestamp, term);
        HostFeed.Entry entry = HostFeed.Entry.applied(buffer, offset, length, newPosition, timestamp, term);
        feeds.forEach(feed -> feed.give(entry));
        return isDone;
    }

    @Override
    public void onResult(byte type, IntentResult result, int given) {
        number = given;
        if (result.isRefusal()) {
            if (refused < MAX_REFUSED) {
                int at = Messages.DETAILS + refused * 2 * Integer.BYTES;
                reply.putInt(at, count, LITTLE);
                reply.putInt(at + Integer.BYTES, result.code(), LITTLE);
            }
            refused++;
        }
        count++;
    }

    private void answer(ClientSession session, long correlation) {
        header(correlation, Messages.ANSWER);
        reply.putLong(Messages.POSITION, log.position(), LITTLE);
        reply.putLong(Messages.TIME, log.timeNs(), LITTLE);
        reply.putInt(Messages.COUNT, count, LITTLE);
        reply.putInt(Messages.REFUSED, refused, LITTLE);
        reply.putInt(Messages.NUMBER, number, LITTLE);
        int at = Messages.DETAILS + Math.min(refused, MAX_REFUSED) * 2 * Integer.BYTES;
        int hosts = 0;
        for (Host host : log.membership().hosts()) {
            if (host.untilNs() > log.timeNs() && hosts < MAX_REFUSED) {
                reply.putInt(at, host.number(), LITTLE);
                reply.putLong(at + Integer.BYTES, host.lagNs(), LITTLE);
                at += Integer.BYTES + Long.BYTES;
                hosts++;
            }
        }
        reply.putInt(Messages.HOSTS, hosts, LITTLE);
        offer(session, reply, at);
    }

    private void header(long correlation, byte kind) {
        reply.putLong(Messages.CORRELATION, correlation, LITTLE);
        reply.putLong(Messages.KIND, kind, LITTLE);
    }

    private void query(ClientSession session, long correlation, DirectBuffer buffer, int offset) {
        int owner = buffer.getInt(offset + Messages.QUERY_OWNER, LITTLE);
        long key = buffer.getLong(offset + Messages.QUERY_KEY, LITTLE);
        int limit = buffer.getInt(offset + Messages.QUERY_LIMIT, LITTLE);
        IntentSnapshot.Selection selection = limit > 0 ? IntentSnapshot.Selection.ofOwner(owner,
                Math.min(limit, MAX_LISTED))
                : IntentSnapshot.Selection.ofKey(owner, key);
        IntentSnapshot.write(log, selection, (message, at, length) -> {
            header(correlation, Messages.STATE);
            reply.putBytes(Messages.BODY, message, at, length);
            offer(session, reply, Messages.BODY + length);
        });
    }

    /** A client that does not read its replies is closed rather than waited for. It may connect again. */
    private void offer(ClientSession session, DirectBuffer message, int length) {
        if (session == null || session.isClosing() || session.id() == closed) {
            return;
        }
        long startNs = System.nanoTime();
        IdleStrategy idle = cluster.idleStrategy();
        idle.reset();
        while (true) {
            long result = session.offer(message, 0, length);
            if (result > 0 || result == ClientSession.MOCKED_OFFER) {
                return;
            }
            if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED
                    || result == Publication.NOT_CONNECTED || System.nanoTime() - startNs > OFFER_TIMEOUT_NS) {
                // The close comes through the log, after what the client has sent meanwhile.
                closed = session.id();
                session.close();
                return;
            }
            idle.idle();
        }
    }

    @Override
    public void onTimerEvent(long correlationId, long timestamp) {
        // Timers of the cluster are not used: hosts fire by their own clocks.
    }

    @Override
    public void onTakeSnapshot(ExclusivePublication snapshot) {
        IdleStrategy idle = cluster.idleStrategy();
        IntentSnapshot.write(log, (message, at, length) -> {
            idle.reset();
            while (true) {
                long result = snapshot.offer(message, at, length);
                if (result > 0) {
                    return;
                }
                if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED) {
                    throw new IllegalStateException("the snapshot cannot be written: result=" + result);
                }
                idle.idle();
            }
        });
    }

    @Override
    public void onRoleChange(Role newRole) {
        role = newRole;
    }

    @Override
    public void onTerminate(Cluster ending) {
        // The member closes everything.
    }

    @Override
    public int doBackgroundWork(long nowNs) {
        if (isCopying) {
            // Idling calls this.
            return 0;
        }
        CompletableFuture<String> wanted = description;
        if (wanted != null) {
            description = null;
            wanted.complete(log.describe());
        }
        if (nowNs - nextNeededNs >= 0) {
            nextNeededNs = nowNs + NEEDED_NS;
            findNeededPosition();
        }
        return giveWantedState() ? 1 : 0;
    }

    /** Followers that come one after the other do not keep the log from being applied: they share a copy. */
    private boolean giveWantedState() {
        long startNs = System.nanoTime();
        if (startNs - nextStateNs < 0) {
            return false;
        }
        for (HostFeed feed : feeds) {
            if (feed.isStateWanted()) {
                giveState(feeds.stream().filter(HostFeed::isStateWanted).toList());
                long endNs = System.nanoTime();
                nextStateNs = endNs + Math.min(STATE_REST * (endNs - startNs), STATE_REST_NS);
                return true;
            }
        }
        return false;
    }
}
