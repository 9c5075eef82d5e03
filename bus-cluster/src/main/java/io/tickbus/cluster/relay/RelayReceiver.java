// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.archive.client.PersistentSubscription;
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
    private static final System.Logger LOG = System.getLogger(RelayReceiver.class.getName());
    private static final int FRAGMENTS_PER_TURN = 16;
    private static final long PING_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FIRST_PING_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long OPEN_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int FIRST_PINGS = 20;
    private static final long NO_SESSION = Long.MIN_VALUE;
    private static final long JOIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);

    private final Aeron aeron;
    private Subscription messages;
    private final RelayTarget target;
    private final SourceClock clock;
    private final boolean isFromOldest;
    private final RecordedMessages recorded;
    private final long receiver = ThreadLocalRandom.current().nextLong();
    private final UnsafeBuffer ping = new UnsafeBuffer(new byte[RelayFrames.PING_LENGTH]);
    private final FragmentHandler handler = this::onMessage;
    private final FragmentHandler recordedHandler = this::onRecorded;
    /** The session whose messages have ended; {@link #NO_SESSION} for none. */
    private volatile long endedSession = NO_SESSION;
    private long senderSession;
    private ExclusivePublication returns;
    private String returnChannel = "";
    private String archiveChannel = "";
    /** The sender's recording; −1 where it has none. */
    private long recording = -1;
    private long position;
    private boolean isPositionWrong;
    private long nextOpenNs;
    private long sender;
    /** The latest that was not taken, as there is one already. */
    private long otherSender;
    private long otherSenders;
    private boolean isVersionTold;
    private boolean isJoining;
    private long joinedNs;
    private long historyId;
    private long nextPingNs;
    private int pings;
    private long joins;

    private RelayReceiver(Aeron aeron, RelayTarget target, SourceClock clock, boolean isFromOldest,
            RecordedMessages recorded) {
        this.aeron = aeron;
        this.target = target;
        this.clock = clock;
        this.isFromOldest = isFromOldest;
        this.recorded = recorded;
    }

    /** Subscribes to a channel. */
    static RelayReceiver open(Aeron aeron, String channel, RelayTarget target, SourceClock clock, boolean isFromOldest,
            RecordedMessages recorded) {
        RelayReceiver receiver = new RelayReceiver(aeron, target, clock, isFromOldest, recorded);
        receiver.messages = aeron.addSubscription(channel, RelayFrames.STREAM, image -> { },
                image -> receiver.onSessionEnded(image.sessionId()));
        return receiver;
    }

    /** Any thread: the messages of a session have ended. If they come again, some may be missing. */
    private void onSessionEnded(int session) {
        endedSession = session;
    }

    /** One turn; how much there was to do. */
    int turn() {
        if (endedSession != NO_SESSION && endedSession == senderSession) {
            endedSession = NO_SESSION;
            sender = 0;
        }
        int work = messages.poll(handler, FRAGMENTS_PER_TURN);
        long nowNs = System.nanoTime();
        if (recording >= 0 && sender != 0 && !isJoining) {
            work += pollRecorded(nowNs);
        }
        target.flush();
        if (sender != 0 && nowNs >= nextPingNs) {
            ping(nowNs);
        }
        if (isJoining && nowNs - joinedNs > JOIN_TIMEOUT_NS) {
            isJoining = false;
        }
        return work;
    }

    private void onMessage(DirectBuffer buffer, int offset, int length, Header header) {
        if (length < RelayFrames.ENTRIES || isOfAnotherVersion(buffer, offset)) {
            return;
        }
        long from = buffer.getLong(offset + RelayFrames.SENDER);
        int type = buffer.getInt(offset + RelayFrames.TYPE);
        if (type == RelayFrames.DATA) {
            if (from == sender && !isJoining) {
                takeSignals(buffer, offset, length);
            }
        } else if (type == RelayFrames.STATUS && length > RelayFrames.RETURN_CHANNEL) {
            onStatus(from, buffer, offset, header.sessionId());
        } else if (type == RelayFrames.PONG && from == sender && length >= RelayFrames.PONG_LENGTH
                && buffer.getLong(offset + RelayFrames.RECEIVER) == receiver) {
            onPong(buffer, offset);
        }
    }

    private boolean isOfAnotherVersion(DirectBuffer buffer, int offset) {
        int version = buffer.getInt(offset + RelayFrames.VERSION_AT);
        if (version != RelayFrames.VERSION && !isVersionTold
                && buffer.getInt(offset + RelayFrames.TYPE) == RelayFrames.STATUS) {
            isVersionTold = true;
            LOG.log(System.Logger.Level.ERROR, "the sender is of another version, and its signals are not taken; "
                    + "install the same on both: version=" + version + " known=" + RelayFrames.VERSION);
        }
        return version != RelayFrames.VERSION;
    }

    private void takeSignals(DirectBuffer buffer, int offset, int length) {
        target.reached(buffer.getLong(offset + RelayFrames.HISTORY), buffer.getLong(offset + RelayFrames.SEQUENCE));
        FrameReader.read(buffer, offset, length, target);
    }

    /** What is recorded may be of an earlier sender. */
    private void onRecorded(DirectBuffer buffer, int offset, int length, Header header) {
        if (length >= RelayFrames.ENTRIES && buffer.getInt(offset + RelayFrames.VERSION_AT) == RelayFrames.VERSION
                && buffer.getInt(offset + RelayFrames.TYPE) == RelayFrames.DATA) {
            takeSignals(buffer, offset, length);
        }
        position = header.position();
    }

    private int pollRecorded(long nowNs) {
        try {
            if (nowNs >= nextOpenNs) {
                nextOpenNs = nowNs + OPEN_INTERVAL_NS;
                recorded.open(archiveChannel, recording, startPosition());
            }
            long before = position;
            int work = recorded.poll(recordedHandler, FRAGMENTS_PER_TURN);
            if (position != before) {
                isPositionWrong = false;
                target.reachedPosition(recording, position);
            }
            return work;
        } catch (IllegalStateException e) {
            // A position that the recording does not have: what is read twice is dropped.
            isPositionWrong = true;
            return 0;
        }
    }

    private long startPosition() {
        boolean isOfLine = target.historyId() == historyId && target.next() != RelayFrames.NOWHERE;
        if (isOfLine && !isPositionWrong && target.recording() == recording) {
            return target.position();
        }
        return isOfLine || isFromOldest ? PersistentSubscription.FROM_START : PersistentSubscription.FROM_LIVE;
    }

    private void onStatus(long from, DirectBuffer buffer, int offset, int session) {
        long nowNs = System.nanoTime();
        // A sender that has ended is not waited for: its session ends.
        if (from != sender && sender != 0 && session != senderSession) {
            if (from != otherSender) {
                otherSender = from;
                otherSenders++;
                LOG.log(System.Logger.Level.ERROR, "another sender sends to this place too, and its signals are not "
                        + "taken; give each receiver one sender: others=" + otherSenders);
            }
            return;
        }
        senderSession = session;
        if (from != sender) {
            meet(from, buffer, offset, nowNs);
        }
        clock.received(buffer.getLong(offset + RelayFrames.STATUS_SENT_NS), nowNs);
        historyId = buffer.getLong(offset + RelayFrames.HISTORY);
        if (!isJoining && recording < 0 && historyId == target.historyId()) {
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
        recording = buffer.getLong(offset + RelayFrames.RECORDING);
        recorded.close();
        nextOpenNs = nowNs;
        String[] channels = buffer.getStringAscii(offset + RelayFrames.RETURN_CHANNEL).split(" ", -1);
        archiveChannel = channels[channels.length - 1];
        String channel = channels[0];
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

    /** How many other senders were met while one lived. */
    long otherSenders() {
        return otherSenders;
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
        recorded.close();
        messages.close();
        target.close();
    }
}
