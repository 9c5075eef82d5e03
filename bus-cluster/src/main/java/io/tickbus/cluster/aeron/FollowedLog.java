// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static io.tickbus.cluster.aeron.Messages.LITTLE;

import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.Header;
import io.tickbus.cluster.host.HostFeed;
import io.tickbus.core.internal.Uninterrupted;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * A follower's side of following: asks a member for the state and for what it applies, and gives both to the feed of
 * this host's agent. When the member is silent for 2 s, or applies nothing for 4 s, it asks the next one, which sends
 * its state only if that is newer than what is known here; until then this host fires what it knows.
 *
 * <p><b>Threads:</b> one of its own; {@link #position} is for any.
 */
final class FollowedLog implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FollowedLog.class.getName());
    private static final long IDLE_NS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long ASK_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long SILENT_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long IDLE_LOG_NS = TimeUnit.SECONDS.toNanos(4);
    private static final long CLOSE_TIMEOUT_MS = 5_000;
    private static final int FRAGMENTS = 256;

    private final String aeronDirectory;
    private final List<String> members;
    private final HostFeed feed;
    private final ExpandableArrayBuffer request = new ExpandableArrayBuffer(128);
    private final Thread thread = new Thread(this::run, "tickbus-cluster-follow");
    private Aeron aeron;
    private FragmentAssembler assembler;
    private Publication requests;
    private Subscription answers;
    private List<byte[]> state = new ArrayList<>();
    private int member;
    private long attempt = ThreadLocalRandom.current().nextLong();
    /** Whether the state has come in this attempt; what is applied then continues it. */
    private boolean isFollowing;
    private boolean isUnknown = true;
    private long frames;
    /** A frame is missing. */
    private boolean isBroken;
    private long heardNs;
    private long appliedNs;
    private long nextAskNs;
    private volatile long position = -1;
    private volatile String ownAddress;
    private volatile boolean isClosing;

    FollowedLog(String aeronDirectory, List<String> members, HostFeed feed) {
        this.aeronDirectory = aeronDirectory;
        this.members = members;
        this.feed = feed;
        member = ThreadLocalRandom.current().nextInt(members.size());
        connect();
    }

    private void connect() {
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(aeronDirectory).errorHandler(AeronNode::log));
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Up to where in the log it knows everything; -1 before it knows anything. */
    long position() {
        return position;
    }

    /** This host's address on the way to the members; null before it is known. */
    String ownAddress() {
        return ownAddress;
    }

    private void run() {
        attempt(member);
        while (!isClosing) {
            int work = 0;
            try {
                if (aeron.isClosed()) {
                    // It closes itself when this process has stood still for long.
                    connect();
                    isUnknown = true;
                    attempt(member);
                }
                work = answers == null ? 0 : answers.poll(assembler, FRAGMENTS);
                check(System.nanoTime());
            } catch (RuntimeException e) {
                AeronNode.log(e);
            }
            if (work == 0) {
                LockSupport.parkNanos(IDLE_NS);
            }
        }
        CloseHelper.quietClose(aeron);
    }

    private void check(long nowNs) {
        if (isBroken || (isFollowing && feed.isStateWanted())) {
            // Or the agent did not keep pace, or begins once more.
            isUnknown = true;
            attempt(member);
        } else if (nowNs - heardNs > SILENT_NS || nowNs - appliedNs > IDLE_LOG_NS) {
            attempt((member + 1) % members.size());
        }
        if (nowNs - nextAskNs >= 0) {
            nextAskNs = nowNs + ASK_NS;
            ask();
        }
    }

    /** Begins with a member; what comes of earlier attempts does not count any more. */
    private void attempt(int newMember) {
        closeStreams();
        assembler = new FragmentAssembler(this::onFrame);
        member = newMember;
        attempt++;
        isFollowing = false;
        isBroken = false;
        frames = 0;
        state = new ArrayList<>();
        heardNs = System.nanoTime();
        appliedNs = heardNs;
        nextAskNs = heardNs;
    }

    private void closeStreams() {
        CloseHelper.quietCloseAll(requests, answers);
        requests = null;
        answers = null;
    }

    private void ask() {
        if (requests == null) {
            String endpoint = MemberOptions.endpoint(members.get(member), FollowerServer.PORT);
            try {
                ownAddress = LocalAddress.towards(endpoint);
                answers = aeron.addSubscription("aeron:udp?endpoint=" + ownAddress + ":0",
                        FollowerServer.FEED_STREAM);
                requests = aeron.addPublication("aeron:udp?term-length=64k|linger=0|endpoint=" + endpoint,
                        FollowerServer.REQUEST_STREAM);
            } catch (AeronException | IllegalArgumentException e) {
                // The host has no such name, or there is no way to it, now.
                AeronNode.log(e);
                closeStreams();
                return;
            }
        }
        String endpoint = answers.resolvedEndpoint();
        if (endpoint != null && requests.isConnected()) {
            request.putLong(Messages.CORRELATION, attempt, LITTLE);
            request.putLong(Messages.KIND, Messages.FOLLOW, LITTLE);
            request.putLong(Messages.KNOWN, isUnknown ? position - 1 : position, LITTLE);
            int length = request.putStringWithoutLengthAscii(Messages.ENDPOINT, endpoint);
            requests.offer(request, 0, Messages.ENDPOINT + length);
        } else {
            nextAskNs = System.nanoTime() + ASK_NS / 10;
        }
    }

    private void onFrame(DirectBuffer from, int at, int length, Header header) {
        if (length < Messages.FOLLOWED_BODY || isBroken
                || from.getLong(at + Messages.CORRELATION, LITTLE) != attempt) {
            return;
        }
        if (from.getLong(at + Messages.KIND, LITTLE) >>> Byte.SIZE != frames) {
            isBroken = true;
            return;
        }
        frames++;
        heardNs = System.nanoTime();
        long newPosition = from.getLong(at + Messages.POSITION, LITTLE);
        byte kind = from.getByte(at + Messages.KIND);
        if (kind == Messages.STATE) {
            byte[] message = new byte[length - Messages.FOLLOWED_BODY];
            from.getBytes(at + Messages.FOLLOWED_BODY, message);
            state.add(message);
            appliedNs = heardNs;
        } else if (kind == Messages.STATE_END && newPosition < position) {
            // This host has said that it has applied more: what was cancelled there must not be armed again.
            isBroken = true;
        } else if (kind == Messages.STATE_END) {
            feed.give(new HostFeed.Entry(state, true, newPosition, 0, 0));
            state = new ArrayList<>();
            isFollowing = true;
            isUnknown = false;
            applied(newPosition);
            LOG.log(System.Logger.Level.INFO, "follows {0}", members.get(member));
        } else if (kind == Messages.FOLLOWED && isFollowing) {
            feed.give(HostFeed.Entry.applied(from, at + Messages.FOLLOWED_BODY, length - Messages.FOLLOWED_BODY,
                    newPosition, from.getLong(at + Messages.TIME, LITTLE), from.getInt(at + Messages.TERM, LITTLE)));
            applied(newPosition);
        }
    }

    private void applied(long newPosition) {
        position = newPosition;
        appliedNs = heardNs;
    }

    @Override
    public void close() {
        isClosing = true;
        LockSupport.unpark(thread);
        Uninterrupted.join(thread, CLOSE_TIMEOUT_MS);
    }
}
