// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static io.tickbus.cluster.aeron.Messages.LITTLE;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import io.tickbus.cluster.host.HostFeed;
import io.tickbus.core.internal.Uninterrupted;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
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
    /** Whole states on their way at one time: each is a copy. */
    private static final int MAX_STATES = 8;
    private static final Pattern ENDPOINT = Pattern.compile("([0-9]{1,3}(?:[.][0-9]{1,3}){3}|\\[[0-9a-fA-F:]{2,45}])"
            + ":[0-9]{1,5}");
    private static final long IDLE_NS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long ALIVE_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long FORGET_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long ATTEMPT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_TIMEOUT_MS = 5_000;
    private static final int MESSAGES = 64;

    private final IntentService service;
    private final String aeronDirectory;
    private final String ownEndpoint;
    private final Map<String, Follower> followers = new HashMap<>();
    private final ExpandableArrayBuffer frame = new ExpandableArrayBuffer(4096);
    private final Thread thread = new Thread(this::run, "tickbus-cluster-followers");
    private Aeron aeron;
    private Subscription requests;
    private volatile boolean isClosing;

    /** One of them, by the endpoint that it is reached at. */
    private final class Follower {
        private final long attempt;
        private final long known;
        private final ExclusivePublication publication;
        private final HostFeed feed = new HostFeed();
        private final long addedNs = System.nanoTime();
        private long heardNs = addedNs;
        private long sentNs = addedNs;
        private long nextAliveNs;
        private boolean isFed;
        private boolean hasState;
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
            if (!isFed && service.position() > known && awaitedStates() < MAX_STATES) {
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
            hasState |= isEnd;
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
            if (isSent) {
                frames++;
                sentNs = System.nanoTime();
            }
            return isSent;
        }

        boolean isGone(long nowNs) {
            return nowNs - heardNs > FORGET_NS || nowNs - sentNs > FORGET_NS || publication.isClosed();
        }

        void close() {
            service.remove(feed);
            CloseHelper.quietClose(publication);
        }
    }

    FollowerServer(IntentService service, String aeronDirectory, String endpoint) {
        this.service = service;
        this.aeronDirectory = aeronDirectory;
        this.ownEndpoint = endpoint;
        connect();
    }

    private void connect() {
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(aeronDirectory).errorHandler(AeronNode::log));
        requests = aeron.addSubscription("aeron:udp?endpoint=" + ownEndpoint, REQUEST_STREAM);
    }

    private long awaitedStates() {
        return followers.values().stream().filter(follower -> follower.isFed && !follower.hasState).count();
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!isClosing) {
                if (work() == 0) {
                    LockSupport.parkNanos(IDLE_NS);
                }
            }
        } finally {
            closeAll();
            CloseHelper.quietClose(aeron);
        }
    }

    private int work() {
        try {
            if (aeron.isClosed()) {
                // It closes itself when this process has stood still for long.
                closeAll();
                connect();
            }
            int work = requests.poll(this::onRequest, MESSAGES);
            long nowNs = System.nanoTime();
            for (Iterator<Follower> all = followers.values().iterator(); all.hasNext();) {
                Follower follower = all.next();
                work += send(follower, nowNs);
                if (follower.isGone(nowNs)) {
                    follower.close();
                    all.remove();
                }
            }
            return work;
        } catch (RuntimeException e) {
            AeronNode.log(e);
            return 0;
        }
    }

    private static int send(Follower follower, long nowNs) {
        try {
            return follower.send(nowNs);
        } catch (RuntimeException e) {
            // It is gone then, and asks again.
            AeronNode.log(e);
            follower.close();
            return 0;
        }
    }

    private void closeAll() {
        followers.values().forEach(Follower::close);
        followers.clear();
    }

    private void onRequest(DirectBuffer from, int at, int length, Header header) {
        boolean isWhole = (header.flags() & FrameDescriptor.UNFRAGMENTED) == FrameDescriptor.UNFRAGMENTED;
        if (!isWhole || length <= Messages.ENDPOINT || from.getByte(at + Messages.KIND) != Messages.FOLLOW) {
            return;
        }
        long nowNs = System.nanoTime();
        long attempt = from.getLong(at + Messages.CORRELATION, LITTLE);
        String endpoint = from.getStringWithoutLengthAscii(at + Messages.ENDPOINT, length - Messages.ENDPOINT);
        Follower follower = followers.get(endpoint);
        if (follower != null && follower.attempt == attempt) {
            follower.heardNs = nowNs;
        } else if (follower == null || nowNs - follower.addedNs > ATTEMPT_NS) {
            if (follower != null) {
                followers.remove(endpoint).close();
            }
            add(attempt, from.getLong(at + Messages.KNOWN, LITTLE), endpoint);
        }
    }

    /** Whether it is one host's, by its number: nothing is to be looked up, and nothing sent to a group. */
    private static boolean isOneHost(String endpoint) {
        if (!ENDPOINT.matcher(endpoint).matches()) {
            return false;
        }
        try {
            InetAddress address = InetAddress.getByName(endpoint.substring(0, endpoint.lastIndexOf(':')));
            return !address.isMulticastAddress() && !address.isAnyLocalAddress()
                    && !address.getHostAddress().equals("255.255.255.255");
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private void add(long attempt, long known, String endpoint) {
        if (followers.size() >= MAX_FOLLOWERS || !isOneHost(endpoint)) {
            return;
        }
        try {
            // Not sparse: without room for it the follower is refused, rather than the member killed when it fills.
            Follower follower = new Follower(attempt, known, aeron.addExclusivePublication(
                    "aeron:udp?term-length=1m|sparse=false|linger=0|endpoint=" + endpoint, FEED_STREAM));
            followers.put(endpoint, follower);
        } catch (AeronException | IllegalArgumentException e) {
            AeronNode.log(e);
        }
    }

    @Override
    public void close() {
        isClosing = true;
        LockSupport.unpark(thread);
        Uninterrupted.join(thread, CLOSE_TIMEOUT_MS);
    }
}
