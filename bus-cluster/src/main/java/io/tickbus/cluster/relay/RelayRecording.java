// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.aeron.Aeron;
import io.aeron.ChannelUri;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.codecs.SourceLocation;
import io.aeron.archive.status.RecordingPos;
import io.tickbus.core.BusException;
import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.agrona.concurrent.status.CountersReader;

/**
 * The recording of what a relay sends, by Aeron's Archive in this process: a receiver that was away reads from it what
 * it has missed, however long that was. The next sender continues the same recording; it begins with the signals that a
 * small file beside it says are not certainly recorded, so some may be there twice, which receivers drop.
 *
 * <p><b>Threads:</b> one. <b>Loss:</b> what is recorded survives {@code kill -9}; it is in the page cache, not synced.
 */
final class RelayRecording implements AutoCloseable {
    private static final String NOTE = "relay.position";
    private static final int HISTORY = 0;
    private static final int SEQUENCE = Long.BYTES;
    private static final int IS_SET = 2 * Long.BYTES;
    private static final int NOTE_LENGTH = 3 * Long.BYTES;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int MANY = 1024;
    private static final int SEGMENT_BYTES = 16 << 20;

    private final Archive archive;
    private final AeronArchive client;
    private final ExclusivePublication publication;
    private final String controlChannel;
    private final FileChannel noteFile;
    private final MappedByteBuffer note;
    private final CountersReader counters;
    private final int counter;
    private final long id;
    private long sentHistory;
    private long sentSequence;
    private long sentPosition = -1;
    private long notedPosition = -1;

    private RelayRecording(Archive archive, AeronArchive client, String controlChannel, FileChannel noteFile,
            ExclusivePublication publication, long id) throws IOException {
        this.archive = archive;
        this.client = client;
        this.controlChannel = controlChannel;
        this.noteFile = noteFile;
        this.note = noteFile.map(FileChannel.MapMode.READ_WRITE, 0, NOTE_LENGTH);
        note.order(ByteOrder.LITTLE_ENDIAN);
        this.publication = publication;
        this.id = id;
        this.counters = client.context().aeron().countersReader();
        this.counter = awaitCounter();
    }

    /** Continues the recording of a folder, or begins one there; of messages that go to a channel. */
    static RelayRecording open(Aeron aeron, Path folder, String channel, String host, Consumer<Throwable> errors) {
        String control = "aeron:udp?endpoint=" + host + ":" + freePort();
        FileChannel note = openNote(folder);
        Archive archive = Archive.launch(new Archive.Context().aeronDirectoryName(aeron.context().aeronDirectoryName())
                .archiveDir(folder.toFile()).markFileDir(new File(aeron.context().aeronDirectoryName()))
                .controlChannel(control).replicationChannel("aeron:udp?endpoint=" + host
                        + ":0").recordingEventsEnabled(false).threadingMode(ArchiveThreadingMode.SHARED)
                .segmentFileLength(SEGMENT_BYTES).errorHandler(errors::accept));
        AeronArchive client = null;
        try {
            client = AeronArchive.connect(new AeronArchive.Context().aeron(aeron).ownsAeronClient(false)
                    .controlRequestChannel(archive.context().localControlChannel())
                    .controlRequestStreamId(archive.context().localControlStreamId())
                    .controlResponseChannel(CommonContext.IPC_CHANNEL));
            return record(archive, client, control, note, channel);
        } catch (IOException e) {
            CloseHelper.quietCloseAll(client, archive, note);
            throw BusException.system(folder, e, "name a folder that can be written with --archive");
        } catch (RuntimeException e) {
            CloseHelper.quietCloseAll(client, archive, note);
            throw e;
        }
    }

    private static RelayRecording record(Archive archive, AeronArchive client, String control, FileChannel note,
            String channel) throws IOException {
        long[] found = {Aeron.NULL_VALUE, 0, 0, 0};
        client.listRecordings(0, MANY, (controlSessionId, correlationId, recordingId, startTimestamp, stopTimestamp,
                startPosition, stopPosition, initialTermId, segmentFileLength, termBufferLength, mtuLength, sessionId,
                streamId, strippedChannel, originalChannel, sourceIdentity) -> {
            if (streamId == RelayFrames.RECORDED_STREAM) {
                found[0] = recordingId;
                found[1] = stopPosition;
                found[2] = initialTermId;
                found[3] = termBufferLength;
            }
        });
        ChannelUri uri = ChannelUri.parse(channel);
        uri.put(CommonContext.SPIES_SIMULATE_CONNECTION_PARAM_NAME, "true");
        long id = found[0];
        if (id != Aeron.NULL_VALUE) {
            uri.initialPosition(found[1], (int) found[2], (int) found[3]);
        }
        ExclusivePublication publication =
                client.context().aeron().addExclusivePublication(uri.toString(), RelayFrames.RECORDED_STREAM);
        String own = ChannelUri.addSessionId(channel, publication.sessionId());
        if (id == Aeron.NULL_VALUE) {
            client.startRecording(own, RelayFrames.RECORDED_STREAM, SourceLocation.LOCAL);
        } else {
            client.extendRecording(id, own, RelayFrames.RECORDED_STREAM, SourceLocation.LOCAL);
        }
        if (id == Aeron.NULL_VALUE) {
            id = awaitRecording(client, publication.sessionId());
        }
        return new RelayRecording(archive, client, control, note, publication, id);
    }

    private static long awaitRecording(AeronArchive client, int session) {
        CountersReader counters = client.context().aeron().countersReader();
        int counter = await(() -> RecordingPos.findCounterIdBySession(counters, session, client.archiveId()));
        return RecordingPos.getRecordingId(counters, counter);
    }

    private int awaitCounter() {
        return await(() -> RecordingPos.findCounterIdByRecording(counters, id, client.archiveId()));
    }

    private static int await(java.util.function.IntSupplier search) {
        long untilNs = System.nanoTime() + TIMEOUT_NS;
        int found = search.getAsInt();
        while (found == CountersReader.NULL_COUNTER_ID) {
            if (System.nanoTime() > untilNs) {
                throw new BusException(BusException.Reason.TIMEOUT, "the recording of the relay", "Aeron's Archive has "
                        + "not begun it in 20 s", "check that its disk has room and its driver runs");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            found = search.getAsInt();
        }
        return found;
    }

    private static int freePort() {
        try (DatagramSocket socket = new DatagramSocket()) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new BusException(BusException.Reason.SYSTEM, "a port for the archive", BusException.why(e),
                    "check this host's network");
        }
    }

    /** Locked as long as this process lives: a folder has one recorder. */
    @SuppressWarnings("resource") // The lock ends with the channel.
    private static FileChannel openNote(Path folder) {
        try {
            Files.createDirectories(folder);
            FileChannel file = FileChannel.open(folder.resolve(NOTE), StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (file.tryLock() == null) {
                file.close();
                throw new BusException(BusException.Reason.IN_USE, folder.toString(), "another relay records there",
                        "name another folder with --archive");
            }
            return file;
        } catch (IOException e) {
            throw BusException.system(folder, e, "name a folder that can be written with --archive");
        }
    }

    ExclusivePublication publication() {
        return publication;
    }

    /** Where receivers ask for what is recorded. */
    String controlChannel() {
        return controlChannel;
    }

    long id() {
        return id;
    }

    /** The line of sequences that is recorded. */
    long historyId() {
        return note.getLong(HISTORY);
    }

    /** The first sequence that is not certainly recorded; −1 where none is. */
    long sequence() {
        return note.getLong(IS_SET) == 0 ? RelayFrames.NOWHERE : note.getLong(SEQUENCE);
    }

    /** A message was sent: everything before that sequence is recorded once the recording is here. */
    void sent(long historyId, long sequence) {
        if (sentPosition < 0) {
            sentHistory = historyId;
            sentSequence = sequence;
            sentPosition = publication.position();
        }
    }

    /** Notes how far the recording is. Called again and again. */
    void noteRecorded() {
        if (sentPosition >= 0 && counters.getCounterValue(counter) >= sentPosition) {
            note.putLong(HISTORY, sentHistory);
            note.putLong(SEQUENCE, sentSequence);
            note.putLong(IS_SET, 1);
            notedPosition = sentPosition;
            sentPosition = -1;
        }
    }

    /** Up to where the recording certainly is. */
    long notedPosition() {
        return notedPosition;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(publication, client, archive, noteFile);
    }
}
