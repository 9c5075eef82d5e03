// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.tickbus.core.internal.platform.HostIdentity;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The receiving end of a relay: takes messages from Aeron and publishes their signals. When it meets a sender, it
 * joins: it says at which sequence it stopped, compares the clocks, and takes signals from the answer on. Where no way
 * leads back to the sender, it takes what comes.
 *
 * <p><b>Threads:</b> one, save {@link #onSessionEnded}. <b>Progress:</b> no call blocks for long: those that meet
 * another sender or another line of sequences make system calls.
 * <p><b>Loss:</b> what is missing in the line of sequences is lost, and every subscriber counts it exactly.
 */
final class RelayReceiver implements AutoCloseable {
    private static final int FRAGMENTS_PER_TURN = 16;
    private static final long PING_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FIRST_PING_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int FIRST_PINGS = 20;
    private static final long NO_SESSION = Long.MIN_VALUE;
    private static final long JOIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);

    /** Gives out messages; the plain subscription of Aeron, or one that begins in a recording. */
    interface Messages extends AutoCloseable {
        /** Hands over at most that many; returns how many. */
        int poll(FragmentHandler handler, int limit);

        @Override
        void close();
    }

    private final Aeron aeron;
    private final Messages messages;
    private final RelayTarget target;
    private final SourceClock clock;
    private final boolean isFromOldest;
    private final boolean isRecorded;
    private final long receiver = ThreadLocalRandom.current().nextLong();
    private final UnsafeBuffer ping = new UnsafeBuffer(new byte[RelayFrames.PING_LENGTH]);
    private final FragmentHandler handler = this::onMessage;
    /** The session whose messages have ended; {@link #NO_SESSION} for none. */
    private volatile long endedSession = NO_SESSION;
    private long senderSession;
    private ExclusivePublication returns;
    private String returnChannel = "";
    private long sender;
    private boolean isJoining;
    private long joinedNs;
    private long historyId;
    private long nextPingNs;
    private int pings;
    private long joins;

    RelayReceiver(Aeron aeron, Messages messages, RelayTarget target, SourceClock clock, boolean isFromOldest,
            boolean isRecorded) {
        this.aeron = aeron;
        this.messages = messages;
        this.target = target;
        this.clock = clock;
        this.isFromOldest = isFromOldest;
        this.isRecorded = isRecorded;
    }

    /** Any thread: the messages of a session have ended. If they come again, some may be missing. */
    void onSessionEnded(int session) {
        endedSession = session;
    }

    /** One turn; how much there was to do. */
    int turn() {
        if (endedSession != NO_SESSION && endedSession == senderSession) {
            endedSession = NO_SESSION;
            sender = 0;
        }
        int work = messages.poll(handler, FRAGMENTS_PER_TURN);
        target.flush();
        long nowNs = System.nanoTime();
        if (sender != 0 && nowNs >= nextPingNs) {
            ping(nowNs);
        }
        if (isJoining && nowNs - joinedNs > JOIN_TIMEOUT_NS) {
            isJoining = false;
        }
        return work;
    }

    private void onMessage(DirectBuffer buffer, int offset, int length, Header header) {
        if (length < RelayFrames.ENTRIES || buffer.getInt(offset + RelayFrames.VERSION_AT) != RelayFrames.VERSION) {
            return;
        }
        long from = buffer.getLong(offset + RelayFrames.SENDER);
        int type = buffer.getInt(offset + RelayFrames.TYPE);
        if (type == RelayFrames.DATA) {
            if (isRecorded || (from == sender && !isJoining)) {
                target.reached(buffer.getLong(offset + RelayFrames.HISTORY),
                        buffer.getLong(offset + RelayFrames.SEQUENCE));
                FrameReader.read(buffer, offset, length, target);
            }
        } else if (type == RelayFrames.STATUS && length > RelayFrames.RETURN_CHANNEL) {
            onStatus(from, buffer, offset, header.sessionId());
        } else if (type == RelayFrames.PONG && from == sender && length >= RelayFrames.PONG_LENGTH
                && buffer.getLong(offset + RelayFrames.RECEIVER) == receiver) {
            onPong(buffer, offset);
        }
    }

    private void onStatus(long from, DirectBuffer buffer, int offset, int session) {
        long nowNs = System.nanoTime();
        senderSession = session;
        if (from != sender) {
            meet(from, buffer, offset, nowNs);
        }
        clock.received(buffer.getLong(offset + RelayFrames.STATUS_SENT_NS), nowNs);
        historyId = buffer.getLong(offset + RelayFrames.HISTORY);
        if (!isJoining && !isRecorded && historyId == target.historyId()) {
            target.reached(historyId, buffer.getLong(offset + RelayFrames.SEQUENCE));
        }
    }

    private void meet(long from, DirectBuffer buffer, int offset, long nowNs) {
        sender = from;
        joins++;
        clock.reset();
        HostIdentity here = HostIdentity.current();
        HostIdentity there = new HostIdentity(new UUID(buffer.getLong(offset + RelayFrames.BOOT_ID),
                buffer.getLong(offset + RelayFrames.BOOT_ID + Long.BYTES)), 0,
                buffer.getLong(offset + RelayFrames.NAMESPACE_OFFSET_NS));
        if (here.isBootKnown() && there.isBootKnown() && here.isSameBoot(there) && here.hasSameClock(there)) {
            clock.same();
        }
        historyId = buffer.getLong(offset + RelayFrames.HISTORY);
        target.continueLine(historyId);
        target.describeSource();
        String channel = buffer.getStringAscii(offset + RelayFrames.RETURN_CHANNEL);
        if (!channel.equals(returnChannel)) {
            closeReturns();
            returnChannel = channel;
            returns = aeron.addExclusivePublication(channel, RelayFrames.RETURN_STREAM);
        }
        isJoining = true;
        joinedNs = nowNs;
        nextPingNs = nowNs;
        pings = 0;
    }

    /** The first ones follow each other soon: one of them has a short way. */
    private void ping(long nowNs) {
        boolean isOfLine = target.historyId() == historyId;
        ping.putInt(RelayFrames.TYPE, RelayFrames.PING);
        ping.putInt(RelayFrames.VERSION_AT, RelayFrames.VERSION);
        ping.putLong(RelayFrames.SENDER, sender);
        ping.putLong(RelayFrames.RECEIVER, receiver);
        ping.putLong(RelayFrames.PING_HISTORY, historyId);
        ping.putLong(RelayFrames.PING_SEQUENCE, isOfLine ? target.next() : isFromOldest ? 0 : RelayFrames.NOWHERE);
        ping.putInt(RelayFrames.PING_JOINS, isJoining ? 1 : 0);
        ping.putLong(RelayFrames.PINGED_NS, System.nanoTime());
        if (returns.offer(ping, 0, RelayFrames.PING_LENGTH) >= 0) {
            pings++;
            nextPingNs = nowNs + (!isJoining && pings < FIRST_PINGS ? FIRST_PING_INTERVAL_NS : PING_INTERVAL_NS);
        }
    }

    private void onPong(DirectBuffer buffer, int offset) {
        boolean hasChanged = clock.measured(buffer.getLong(offset + RelayFrames.PINGED_NS),
                buffer.getLong(offset + RelayFrames.RECEIVED_NS), buffer.getLong(offset + RelayFrames.PONG_SENT_NS),
                System.nanoTime());
        isJoining = false;
        if (hasChanged) {
            target.describeSource();
        }
    }

    /** Whether there is a sender whose signals are taken. */
    boolean isConnected() {
        return sender != 0 && !isJoining;
    }

    /** How often it met a sender. */
    long joins() {
        return joins;
    }

    RelayTarget target() {
        return target;
    }

    SourceClock clock() {
        return clock;
    }

    private void closeReturns() {
        if (returns != null) {
            returns.close();
        }
    }

    @Override
    public void close() {
        closeReturns();
        messages.close();
        target.close();
    }
}
