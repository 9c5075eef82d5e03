// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static io.tickbus.cluster.aeron.Messages.LITTLE;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.Header;
import io.tickbus.cluster.host.HostFeed;
import io.tickbus.core.internal.Uninterrupted;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * A member's side of following: sends the whole state, and then what this member applies, to each follower that has
 * chosen it. Only what is committed is applied. A follower that does not keep pace gets a whole state again, and one
 * that is silent is forgotten; neither holds up the log.
 *
 * <p><b>Threads:</b> one of its own.
 */
final class FollowerServer implements AutoCloseable {
    /** The port of a member on which it is asked. */
    static final int PORT = 5;
    static final int REQUEST_STREAM = 2_001;
    static final int FEED_STREAM = 2_002;
    static final int MAX_FOLLOWERS = 1_024;
    private static final System.Logger LOG = System.getLogger(FollowerServer.class.getName());
    private static final long IDLE_NS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long ALIVE_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long FORGET_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long CLOSE_TIMEOUT_MS = 5_000;
    private static final int MESSAGES = 64;

    private final IntentService service;
    private final Aeron aeron;
    private final Subscription requests;
    private final Map<String, Follower> followers = new HashMap<>();
    private final ExpandableArrayBuffer frame = new ExpandableArrayBuffer(4096);
    private final Thread thread = new Thread(this::run, "tickbus-cluster-followers");
    private volatile boolean isClosing;

    /** One of them, by the endpoint that it is reached at. */
    private final class Follower {
        private final long attempt;
        private final long known;
        private final ExclusivePublication publication;
        private final HostFeed feed = new HostFeed();
        private long heardNs;
        private long nextAliveNs;
        private boolean isFed;
        private HostFeed.Entry sending;
        private int sent;
        private long frames;

        Follower(long attempt, long known, ExclusivePublication publication) {
            this.attempt = attempt;
            this.known = known;
            this.publication = publication;
        }

        /** Sends some of what waits; returns how much. */
        int send(long nowNs) {
            if (!isFed && service.position() > known) {
                isFed = true;
                service.add(feed);
            }
            int count = 0;
            while (count < MESSAGES && (sending != null || next())) {
                if (!sendPart()) {
                    return count;
                }
                count++;
            }
            if (count == 0 && nowNs - nextAliveNs >= 0) {
                nextAliveNs = nowNs + ALIVE_NS;
                offer(Messages.ALIVE, service.position(), 0, 0, 0);
            }
            return count;
        }

        private boolean next() {
            sending = feed.take();
            sent = 0;
            return sending != null;
        }

        private boolean sendPart() {
            boolean isEnd = sent == sending.messages().size();
            byte[] message = isEnd ? new byte[0] : sending.messages().get(sent);
            frame.putBytes(Messages.FOLLOWED_BODY, message);
            byte kind = isEnd ? Messages.STATE_END : sending.isState() ? Messages.STATE : Messages.FOLLOWED;
            if (!offer(kind, sending.position(), sending.clusterNs(), sending.term(), message.length)) {
                return false;
            }
            sent++;
            if (isEnd || !sending.isState()) {
                sending = null;
            }
            return true;
        }

        private boolean offer(byte kind, long position, long clusterNs, int term, int length) {
            frame.putLong(Messages.CORRELATION, attempt, LITTLE);
            frame.putLong(Messages.KIND, (frames << Byte.SIZE) | kind, LITTLE);
            frame.putLong(Messages.POSITION, position, LITTLE);
            frame.putLong(Messages.TIME, clusterNs, LITTLE);
            frame.putInt(Messages.TERM, term, LITTLE);
            boolean isSent = publication.offer(frame, 0, Messages.FOLLOWED_BODY + length) > 0;
            frames += isSent ? 1 : 0;
            return isSent;
        }

        boolean isGone(long nowNs) {
            return nowNs - heardNs > FORGET_NS || publication.isClosed();
        }

        void close() {
            service.remove(feed);
            CloseHelper.quietClose(publication);
        }
    }

    FollowerServer(IntentService service, String aeronDirectory, String endpoint) {
        this.service = service;
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(aeronDirectory).errorHandler(AeronNode::log));
        requests = aeron.addSubscription("aeron:udp?endpoint=" + endpoint, REQUEST_STREAM);
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        FragmentAssembler assembler = new FragmentAssembler(this::onRequest);
        while (!isClosing) {
            int work = 0;
            try {
                work = requests.poll(assembler, MESSAGES);
                long nowNs = System.nanoTime();
                for (Follower follower : followers.values()) {
                    work += follower.send(nowNs);
                }
                followers.values().removeIf(follower -> forget(follower, nowNs));
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "followers are not fed for a moment", e);
            }
            if (work == 0) {
                LockSupport.parkNanos(IDLE_NS);
            }
        }
        followers.values().forEach(Follower::close);
        CloseHelper.quietClose(aeron);
    }

    private static boolean forget(Follower follower, long nowNs) {
        boolean isGone = follower.isGone(nowNs);
        if (isGone) {
            follower.close();
        }
        return isGone;
    }

    private void onRequest(DirectBuffer from, int at, int length, Header header) {
        if (length <= Messages.ENDPOINT || from.getByte(at + Messages.KIND) != Messages.FOLLOW) {
            return;
        }
        long attempt = from.getLong(at + Messages.CORRELATION, LITTLE);
        String endpoint = from.getStringWithoutLengthAscii(at + Messages.ENDPOINT, length - Messages.ENDPOINT);
        Follower follower = followers.get(endpoint);
        if (follower == null || follower.attempt != attempt) {
            if (follower != null) {
                followers.remove(endpoint).close();
            }
            follower = add(attempt, from.getLong(at + Messages.KNOWN, LITTLE), endpoint);
        }
        if (follower != null) {
            follower.heardNs = System.nanoTime();
        }
    }

    private Follower add(long attempt, long known, String endpoint) {
        if (followers.size() >= MAX_FOLLOWERS || !endpoint.matches("[0-9a-fA-F.:\\[\\]]{3,64}")) {
            return null;
        }
        try {
            // Not sparse: without room for it the follower is refused, rather than the member killed when it fills.
            Follower follower = new Follower(attempt, known, aeron.addExclusivePublication(
                    "aeron:udp?term-length=1m|sparse=false|linger=0|endpoint=" + endpoint, FEED_STREAM));
            followers.put(endpoint, follower);
            return follower;
        } catch (AeronException | IllegalArgumentException e) {
            AeronNode.log(e);
            return null;
        }
    }

    @Override
    public void close() {
        isClosing = true;
        LockSupport.unpark(thread);
        Uninterrupted.join(thread, CLOSE_TIMEOUT_MS);
    }
}
