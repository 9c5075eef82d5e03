// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.platform.HostIdentity;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The sending end of a relay: reads a bus and hands messages to Aeron, which carries and repairs them. When Aeron takes
 * none, because a receiver is slow or there is none, the sender stays where it is in the ring of its bus. A receiver
 * that joins says where it stopped, and gets what the ring still has from there.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> no call blocks, and the bus's publisher never notices. <b>Loss:</b> what the
 * ring overwrites meanwhile is counted exactly, here and at each receiver.
 */
final class RelaySender implements AutoCloseable {
    private static final long STATUS_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long ATTACH_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int FRAMES_PER_TURN = 8;
    private static final int MAX_WAITING_PINGS = 1024;

    private final RelaySource source;
    private final FrameWriter frame;
    private final ExclusivePublication publication;
    private final Subscription returns;
    /** Null where nothing is recorded. */
    private final RelayRecording recording;
    private final long sender;
    private final FragmentHandler pingHandler = this::onPing;
    private final ArrayDeque<Ping> pings = new ArrayDeque<>();
    private final UnsafeBuffer status = new UnsafeBuffer(new byte[512]);
    private final UnsafeBuffer pong = new UnsafeBuffer(new byte[RelayFrames.PONG_LENGTH]);
    private boolean isAttached;
    private boolean isFramePending;
    private long nextAttachNs = Long.MIN_VALUE;
    private long nextStatusNs = Long.MIN_VALUE;
    private long backPressured;
    private long frames;

    /** A question of a receiver: what the time is, and perhaps to go back. */
    private record Ping(long receiver, long pingedNs, long receivedNs, long historyId, long sequence, boolean joins) {
    }

    RelaySender(RelaySource source, FrameWriter frame, long sender, RelayEnds ends) {
        this.source = source;
        this.frame = frame;
        this.sender = sender;
        this.publication = ends.publication();
        this.returns = ends.returns();
        this.recording = ends.recording();
        status.putInt(RelayFrames.TYPE, RelayFrames.STATUS);
        status.putInt(RelayFrames.VERSION_AT, RelayFrames.VERSION);
        status.putLong(RelayFrames.SENDER, sender);
        HostIdentity here = HostIdentity.current();
        status.putLong(RelayFrames.BOOT_ID, here.bootId().getMostSignificantBits());
        status.putLong(RelayFrames.BOOT_ID + Long.BYTES, here.bootId().getLeastSignificantBits());
        status.putLong(RelayFrames.NAMESPACE_OFFSET_NS, here.monotonicOffsetNs());
        status.putLong(RelayFrames.RECORDING, recording == null ? -1 : recording.id());
    }

    /**
     * The two ways between the ends.
     *
     * @param publication to all receivers
     * @param returns     from them
     * @param recording   of the signals; null for none
     */
    record RelayEnds(ExclusivePublication publication, Subscription returns, RelayRecording recording) {
    }

    /** One turn; how much there was to do. */
    int turn() {
        int work = returns.poll(pingHandler, FRAMES_PER_TURN);
        long nowNs = System.nanoTime();
        if (!isAttached && !attach(nowNs)) {
            return work;
        }
        // Where signals go another way than answers, one does not wait for the other.
        if (isFramePending && !sendFrame() && recording == null) {
            return work;
        }
        work += answerPings();
        if (nowNs >= nextStatusNs && sendStatus(nowNs)) {
            nextStatusNs = nowNs + STATUS_INTERVAL_NS;
        }
        for (int i = 0; i < FRAMES_PER_TURN && !isFramePending && source.fill(); i++) {
            work++;
            sendFrame();
        }
        if (recording != null) {
            recording.noteRecorded();
        }
        return work;
    }

    private boolean attach(long nowNs) {
        if (nowNs >= nextAttachNs) {
            nextAttachNs = nowNs + ATTACH_INTERVAL_NS;
            isAttached = recording == null ? source.attach(0, RelayFrames.NOWHERE)
                    : source.attach(recording.historyId(), recording.sequence());
        }
        return isAttached;
    }

    /** Sends the message, which is pending where that is not possible now. */
    private boolean sendFrame() {
        isFramePending = !offer(recording == null ? publication : recording.publication(), frame.buffer(),
                frame.length());
        if (!isFramePending) {
            frames++;
            source.beginFrame();
            if (recording != null) {
                recording.sent(source.historyId(), source.frameStart());
            }
        }
        return !isFramePending;
    }

    private boolean offer(ExclusivePublication to, DirectBuffer message, int length) {
        long result = to.offer(message, 0, length);
        if (result >= 0) {
            return true;
        } else if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED) {
            throw new BusException(BusException.Reason.SYSTEM, "the relay to " + to.channel(),
                    result == Publication.CLOSED ? "Aeron has closed it" : "Aeron's stream has reached its end",
                    "start it again");
        } else if (result == Publication.NOT_CONNECTED) {
            nextStatusNs = Long.MIN_VALUE; // whoever comes is to know at once
        } else {
            backPressured++;
        }
        return false;
    }

    private void onPing(DirectBuffer buffer, int offset, int length, Header header) {
        if (length >= RelayFrames.PING_LENGTH && buffer.getInt(offset + RelayFrames.TYPE) == RelayFrames.PING
                && buffer.getLong(offset + RelayFrames.SENDER) == sender && pings.size() < MAX_WAITING_PINGS) {
            pings.add(new Ping(buffer.getLong(offset + RelayFrames.RECEIVER),
                    buffer.getLong(offset + RelayFrames.PINGED_NS), System.nanoTime(),
                    buffer.getLong(offset + RelayFrames.PING_HISTORY),
                    buffer.getLong(offset + RelayFrames.PING_SEQUENCE),
                    buffer.getInt(offset + RelayFrames.PING_JOINS) == 1));
        }
    }

    /** Between two messages of signals: what comes after the answer to one that joins begins where it asked for. */
    private int answerPings() {
        int answered = 0;
        for (Ping ping = pings.peek(); ping != null; ping = pings.peek()) {
            if (ping.joins() && recording == null) {
                source.rewind(ping.historyId(), ping.sequence());
            }
            pong.putInt(RelayFrames.TYPE, RelayFrames.PONG);
            pong.putInt(RelayFrames.VERSION_AT, RelayFrames.VERSION);
            pong.putLong(RelayFrames.SENDER, sender);
            pong.putLong(RelayFrames.RECEIVER, ping.receiver());
            pong.putLong(RelayFrames.PINGED_NS, ping.pingedNs());
            pong.putLong(RelayFrames.RECEIVED_NS, ping.receivedNs());
            pong.putLong(RelayFrames.PONG_SENT_NS, System.nanoTime());
            if (!offer(publication, pong, RelayFrames.PONG_LENGTH)) {
                break;
            }
            pings.remove();
            answered++;
        }
        return answered;
    }

    private boolean sendStatus(long nowNs) {
        String channel = returns.tryResolveChannelEndpointPort();
        if (channel == null) {
            return false;
        }
        status.putLong(RelayFrames.HISTORY, source.historyId());
        status.putLong(RelayFrames.SEQUENCE, source.frameStart());
        status.putLong(RelayFrames.STATUS_SENT_NS, nowNs);
        int length = status.putStringAscii(RelayFrames.RETURN_CHANNEL,
                recording == null ? channel : channel + " " + recording.controlChannel());
        return offer(publication, status, RelayFrames.RETURN_CHANNEL + length);
    }

    RelaySource source() {
        return source;
    }

    /** How often Aeron took no message because a receiver is slow. */
    long backPressured() {
        return backPressured;
    }

    /** Messages of signals. */
    long frames() {
        return frames;
    }

    boolean isConnected() {
        return publication.isConnected();
    }

    boolean isAttached() {
        return isAttached;
    }

    @Override
    public void close() {
        source.close();
        CloseHelper.close(recording);
    }
}
