// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.HostIdentity;
import io.tickbus.core.internal.platform.ProcessIdentity;
import java.util.UUID;

/**
 * The header of a {@code signals} file by the names of its fields; layout and meaning are in {@link SignalsLayout}.
 *
 * <p><b>Threads:</b> reading, any; writing, the publisher's only. <b>Progress:</b> wait-free.
 */
public final class SignalsHeader {
    private final SharedRegion region;

    SignalsHeader(SharedRegion region) {
        this.region = region;
    }

    /** The header at the start of any memory, for stress tests and for inspection; nothing is checked. */
    public static SignalsHeader over(SharedRegion region) {
        return new SignalsHeader(region);
    }

    /** Slots, a power of two. */
    public long slotCount() {
        return region.getLong(FileHeaderLayout.SLOT_COUNT);
    }

    /** Length of the file in bytes, as it was created. */
    public long fileLength() {
        return region.getLong(FileHeaderLayout.FILE_LENGTH);
    }

    /** Version of the layout. */
    public int layoutVersion() {
        return region.getInt(FileHeaderLayout.LAYOUT_VERSION);
    }

    /** Whether the publisher wakes parked subscribers. */
    public boolean hasParking() {
        return (region.getInt(SignalsLayout.OPTIONS) & SignalsLayout.OPTION_PARKING) != 0;
    }

    /** Whether subscribers parked in the kernel are woken; if not, parking means naps. */
    public boolean wakesSleepers() {
        int both = SignalsLayout.OPTION_PARKING | SignalsLayout.OPTION_FUTEX;
        return (region.getInt(SignalsLayout.OPTIONS) & both) == both;
    }

    /** Whether they are woken without announcing themselves in the doorbell: the bus is shared with other users. */
    public boolean wakesUnasked() {
        return (region.getInt(SignalsLayout.OPTIONS) & SignalsLayout.OPTION_UNASKED) != 0;
    }

    /** Publisher: sets that for good, before another user can open the file. */
    void wakeUnasked() {
        region.putInt(SignalsLayout.OPTIONS, options() | SignalsLayout.OPTION_UNASKED);
    }

    int options() {
        return region.getInt(SignalsLayout.OPTIONS);
    }

    /** The first sequence this file ever held. */
    public long baseSequence() {
        return region.getLong(SignalsLayout.BASE_SEQUENCE);
    }

    /** Which line of sequences this file continues. */
    public long historyId() {
        return region.getLong(SignalsLayout.HISTORY_ID);
    }

    /** CLOCK_REALTIME nanoseconds at creation. */
    public long createdRealtimeNs() {
        return region.getLong(SignalsLayout.CREATED_REALTIME_NS);
    }

    /** The host, boot and clock the file belongs to. */
    public HostIdentity host() {
        UUID bootId = new UUID(Long.reverseBytes(region.getLong(SignalsLayout.BOOT_ID)),
                Long.reverseBytes(region.getLong(SignalsLayout.BOOT_ID + Long.BYTES)));
        return new HostIdentity(bootId, region.getLong(SignalsLayout.TIME_NAMESPACE),
                region.getLong(SignalsLayout.MONOTONIC_OFFSET_NS));
    }

    /** How many publishers this file has had. */
    public long epoch() {
        // SYNC epoch: pairs with SignalsHeader.beginEpoch; without acquire the publisher's identity could be the
        // predecessor's.
        return region.getLongAcquire(SignalsLayout.EPOCH);
    }

    /** The publisher of this epoch. */
    public ProcessIdentity publisher() {
        return new ProcessIdentity(region.getLong(SignalsLayout.PUBLISHER_PID),
                region.getLong(SignalsLayout.PUBLISHER_START_TICKS),
                region.getLong(SignalsLayout.PUBLISHER_PID_NAMESPACE));
    }

    /** When this epoch began, CLOCK_MONOTONIC nanoseconds. */
    public long epochStartedNs() {
        return region.getLong(SignalsLayout.EPOCH_STARTED_NS);
    }

    /** The first sequence of this epoch. */
    public long epochSequence() {
        return region.getLong(SignalsLayout.EPOCH_SEQUENCE);
    }

    /** One of {@code SignalsLayout.STATE_*}. */
    public int state() {
        // SYNC state: pairs with SignalsHeader.putState; without acquire the last signals before a close or a
        // replacement could still be missing when the state is seen.
        return region.getIntAcquire(SignalsLayout.STATE);
    }

    /** CLOCK_MONOTONIC nanoseconds of the last sign of life. */
    public long heartbeatNs() {
        return region.getLongOpaque(SignalsLayout.HEARTBEAT_NS);
    }

    /** How often a heartbeat is promised, in nanoseconds. */
    public long heartbeatIntervalNs() {
        return region.getLong(SignalsLayout.HEARTBEAT_INTERVAL_NS);
    }

    /** The processor the publishing thread was last seen on; −1 where unknown. */
    public int publisherCpu() {
        return region.getIntOpaque(SignalsLayout.PUBLISHER_CPU);
    }

    /** When the next timer is due; {@link SignalsLayout#NO_DEADLINE} without one. */
    public long nextDeadlineNs() {
        // SYNC next-deadline: pairs with SignalsHeader.putNextDeadlineNs; without acquire the slot could be loaded
        // before this word is read, and a subscriber would sleep through a signal that is already there.
        return region.getLongAcquire(SignalsLayout.NEXT_DEADLINE_NS);
    }

    /** The futex word that parked subscribers sleep on. */
    public int wakeWord() {
        // SYNC wake-word: pairs with SignalsHeader.raiseWakeWord; without acquire an announcement made after this
        // could be wiped out by a publisher that raised the word before.
        return region.getIntAcquire(SignalsLayout.WAKE_WORD);
    }

    /** The next sequence to be written; may be one behind the slots, never ahead of them. */
    public long nextSequence() {
        // SYNC next-sequence: pairs with SlotWriter.commit; without acquire a slot that this word
        // promises could still appear unwritten.
        return region.getLongAcquire(SignalsLayout.NEXT_SEQUENCE);
    }

    /**
     * Publisher: starts an epoch, which makes the file open.
     *
     * @param nextSequence        the first sequence of the epoch
     * @param nowNs               CLOCK_MONOTONIC nanoseconds
     * @param heartbeatIntervalNs nanoseconds, at least 1 ms
     */
    public void beginEpoch(ProcessIdentity publisher, long nextSequence, long nowNs, long heartbeatIntervalNs) {
        region.putLong(SignalsLayout.HEARTBEAT_INTERVAL_NS, heartbeatIntervalNs);
        putHeartbeatNs(nowNs);
        putPublisherCpu(-1);
        putNextDeadlineNs(SignalsLayout.NO_DEADLINE);
        putNextSequence(nextSequence);
        putSourceClock(SignalsLayout.SOURCE_CLOCK_NONE, 0, 0);
        putSourcePosition(0, 0);
        region.putLong(SignalsLayout.PUBLISHER_PID, publisher.pid());
        region.putLong(SignalsLayout.PUBLISHER_START_TICKS, publisher.startTicks());
        region.putLong(SignalsLayout.PUBLISHER_PID_NAMESPACE, publisher.pidNamespace());
        region.putLong(SignalsLayout.EPOCH_STARTED_NS, nowNs);
        region.putLong(SignalsLayout.EPOCH_SEQUENCE, nextSequence);
        // SYNC epoch: pairs with SignalsHeader.epoch; without release a subscriber that sees the new epoch could
        // blame the old publisher.
        region.putLongRelease(SignalsLayout.EPOCH, region.getLong(SignalsLayout.EPOCH) + 1);
        putState(SignalsLayout.STATE_OPEN);
    }

    /** Publisher: sets the state. */
    public void putState(int state) {
        // SYNC state: pairs with SignalsHeader.state; without release a subscriber could stop before the last signal.
        region.putIntRelease(SignalsLayout.STATE, state);
    }

    /** Publisher: a sign of life at a CLOCK_MONOTONIC time. Says nothing about other words, so it orders none. */
    public void putHeartbeatNs(long nowNs) {
        region.putLongOpaque(SignalsLayout.HEARTBEAT_NS, nowNs);
    }

    /** Publisher: where its thread runs. A hint that orders nothing. */
    public void putPublisherCpu(int cpu) {
        region.putIntOpaque(SignalsLayout.PUBLISHER_CPU, cpu);
    }

    /** Publisher: announces the next deadline; after the signals that were due before it are committed. */
    public void putNextDeadlineNs(long deadlineNs) {
        // SYNC next-deadline: pairs with SignalsHeader.nextDeadlineNs; without release the new deadline could be
        // seen before the signal of the old one, and a subscriber would sleep for a whole period on top of it.
        region.putLongRelease(SignalsLayout.NEXT_DEADLINE_NS, deadlineNs);
    }

    /** Relay: how the source's clock compares with this host's. */
    public void putSourceClock(int clock, long offsetNs, long errorNs) {
        region.putIntOpaque(SignalsLayout.SOURCE_CLOCK, clock);
        region.putLongOpaque(SignalsLayout.SOURCE_OFFSET_NS, offsetNs);
        region.putLongOpaque(SignalsLayout.SOURCE_ERROR_NS, errorNs);
    }

    /** One of {@code SignalsLayout.SOURCE_CLOCK_*}. */
    public int sourceClock() {
        return region.getIntOpaque(SignalsLayout.SOURCE_CLOCK);
    }

    /** What the source's CLOCK_MONOTONIC shows more than this host's, in nanoseconds. */
    public long sourceOffsetNs() {
        return region.getLongOpaque(SignalsLayout.SOURCE_OFFSET_NS);
    }

    /** By how much that can be wrong, in nanoseconds; −1 where unknown. */
    public long sourceErrorNs() {
        return region.getLongOpaque(SignalsLayout.SOURCE_ERROR_NS);
    }

    /** Relay: up to where the recording's signals are in this bus, or a little before. */
    public void putSourcePosition(long recording, long position) {
        region.putLongOpaque(SignalsLayout.SOURCE_RECORDING, recording);
        region.putLongOpaque(SignalsLayout.SOURCE_POSITION, position);
    }

    /** The recording that the signals come from; −1 where they come from none. */
    public long sourceRecording() {
        return region.getLongOpaque(SignalsLayout.SOURCE_RECORDING);
    }

    /** Where in it the relay continues. */
    public long sourcePosition() {
        return region.getLongOpaque(SignalsLayout.SOURCE_POSITION);
    }

    /** Publisher: makes every subscriber that is about to sleep see that something happened. */
    public void raiseWakeWord() {
        // SYNC wake-word: pairs with SignalsHeader.wakeWord; without release the raised word could be seen before
        // the announcement flag is cleared, and the flag of a later sleeper be lost.
        region.putIntRelease(SignalsLayout.WAKE_WORD, region.getInt(SignalsLayout.WAKE_WORD) + 1);
    }

    /** Publisher: where the ring is. */
    public void putNextSequence(long nextSequence) {
        // SYNC next-sequence: pairs with SignalsHeader.nextSequence; without release a subscriber that joins at the
        // newest could wait for a slot that it takes for unwritten.
        region.putLongRelease(SignalsLayout.NEXT_SEQUENCE, nextSequence);
    }
}
