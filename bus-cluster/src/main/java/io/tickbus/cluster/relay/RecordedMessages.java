// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.aeron.Aeron;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.client.PersistentSubscription;
import io.aeron.logbuffer.FragmentHandler;

/**
 * Signals out of a sender's recording, from a position on, and those of the present once it has come there: Aeron joins
 * the two, and goes back to the recording where the present ones break off.
 *
 * <p><b>Threads:</b> one.
 */
final class RecordedMessages implements AutoCloseable {
    private final Aeron aeron;
    private final String liveChannel;
    private final String localHost;
    private PersistentSubscription subscription;
    private String archiveChannel = "";
    private long recording;

    RecordedMessages(Aeron aeron, String liveChannel, String localHost) {
        this.aeron = aeron;
        this.liveChannel = liveChannel;
        this.localHost = localHost;
    }

    /** Begins to read a recording, where it is not being read yet. */
    void open(String newArchiveChannel, long newRecording, long position) {
        if (subscription != null && newArchiveChannel.equals(archiveChannel) && newRecording == recording) {
            return;
        }
        close();
        archiveChannel = newArchiveChannel;
        recording = newRecording;
        subscription = PersistentSubscription.create(new PersistentSubscription.Context().aeron(aeron)
                .ownsAeronClient(false).recordingId(recording).startPosition(position).liveChannel(liveChannel)
                .liveStreamId(RelayFrames.RECORDED_STREAM)
                .replayChannel("aeron:udp?endpoint=" + localHost + ":0")
                .replayStreamId(RelayFrames.REPLAY_STREAM)
                .aeronArchiveContext(new AeronArchive.Context().aeron(aeron).ownsAeronClient(false)
                        .controlRequestChannel(archiveChannel)
                        .controlResponseChannel("aeron:udp?endpoint=" + localHost + ":0")));
    }

    int poll(FragmentHandler handler, int limit) {
        if (subscription == null) {
            return 0;
        }
        int count = subscription.poll(handler, limit);
        if (subscription.hasFailed()) {
            String why = String.valueOf(subscription.failureReason());
            close();
            throw new IllegalStateException("the sender's recording cannot be read: " + why);
        }
        return count;
    }

    boolean isLive() {
        return subscription != null && subscription.isLive();
    }

    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }
}
