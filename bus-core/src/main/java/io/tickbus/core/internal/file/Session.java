// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.ReplyReason;
import java.util.UUID;

/**
 * One session of the {@code replies} file: the words of the table, and the ring of replies.
 *
 * <p>A session is used by one client after another. Its ring continues from one to the next, so a client begins at
 * {@link #nextReply()} as it is when the client is admitted; its commands are counted from 0. A client that was stopped
 * for long must not take its successor's replies for its own: it checks {@link #isOf} after copying one.
 *
 * <p><b>Threads:</b> reading, any; writing, the daemon's timer thread. <b>Progress:</b> wait-free.
 */
public final class Session {
    private final SharedRegion region;
    private final int offset;
    private final int index;
    private final SlotRing ring;

    private Session(SharedRegion region, int index, int offset, SlotRing ring) {
        this.region = region;
        this.index = index;
        this.offset = offset;
        this.ring = ring;
    }

    /** A session over any memory laid out as a replies file, for {@link RepliesFile} and stress tests. */
    public static Session over(SharedRegion region, int index, int sessionCount, int slotCount) {
        SlotRing ring = new SlotRing(region, RepliesLayout.ringOffset(index, sessionCount, slotCount), slotCount);
        return new Session(region, index, RepliesLayout.sessionOffset(index), ring);
    }

    /** Its place in the table, from 0. */
    public int index() {
        return index;
    }

    /** The replies. */
    public SlotRing ring() {
        return ring;
    }

    /** Number of the owner of its timers, 1 to 65,535. */
    public int owner() {
        return region.getInt(offset + RepliesLayout.SESSION_OWNER);
    }

    /** Why its client was evicted. */
    public ReplyReason reason() {
        return ReplyReason.of(region.getInt(offset + RepliesLayout.SESSION_REASON));
    }

    /** Slots of the client's command ring; 0 where its commands come over the socket. */
    public int commandSlots() {
        return region.getInt(offset + RepliesLayout.SESSION_COMMAND_SLOTS);
    }

    /** Its process, as the client said; diagnostic only. */
    public long pid() {
        return region.getLong(offset + RepliesLayout.SESSION_PID);
    }

    /** Numeric id of its user; unsigned. */
    public int user() {
        return region.getInt(offset + RepliesLayout.SESSION_USER);
    }

    /** Name of the owner of its timers; empty for none. */
    public String name() {
        return ClientIdentity.name(region.asByteBuffer(), offset + RepliesLayout.SESSION_NAME);
    }

    /** The client that it serves or served last. */
    public UUID uuid() {
        return new UUID(region.getLongOpaque(offset + RepliesLayout.SESSION_UUID),
                region.getLongOpaque(offset + RepliesLayout.SESSION_UUID + Long.BYTES));
    }

    /** Whether it serves or served last that client; two loads. */
    public boolean isOf(UUID client) {
        return region.getLongOpaque(offset + RepliesLayout.SESSION_UUID) == client.getMostSignificantBits()
                && region.getLongOpaque(offset + RepliesLayout.SESSION_UUID + Long.BYTES)
                        == client.getLeastSignificantBits();
    }

    /** One of {@code RepliesLayout.STATE_*}. */
    public int state() {
        // SYNC session: pairs with Session.putConnected and Session.putEvicted; without acquire the owner, the place of
        // the first reply or the reason could be those of the client before.
        return region.getIntAcquire(offset + RepliesLayout.SESSION_STATE);
    }

    /** Client: whether it is served here. Then its owner, the next reply and the consumed word are this client's. */
    public boolean isConnectedTo(UUID client) {
        if (!isOf(client)) {
            return false;
        }
        // SYNC session: pairs with Session.putConnected; without the fence the state could be loaded before the UUID,
        // and a session that is being given to this client be taken for one that was, with the owner of another.
        SharedRegion.loadLoadFence();
        return state() == RepliesLayout.STATE_CONNECTED;
    }

    /** The next command to be carried out: the replies to those before it are written. */
    public long consumed() {
        // SYNC slot-consumed: pairs with SlotWriter.releaseConsumed; without acquire a reply to one of them could still
        // appear unwritten, and nextReply be too small.
        return region.getLongAcquire(consumedOffset());
    }

    /** Timers of its owner, as of the last command or firing. */
    public long pendingTimers() {
        return region.getLongOpaque(offset + RepliesLayout.SESSION_PENDING_TIMERS);
    }

    /** Commands of the client that waited for an answer at the daemon's last heartbeat. */
    public long unanswered() {
        return region.getLongOpaque(offset + RepliesLayout.SESSION_UNANSWERED);
    }

    /** The next reply to be written. */
    public long nextReply() {
        // SYNC next-sequence: pairs with SlotWriter.commit; without acquire a reply that this word promises could
        // still appear unwritten.
        return region.getLongAcquire(offset + RepliesLayout.SESSION_NEXT_REPLY);
    }

    /** Client: a writer of commands that refuses while this session has not consumed enough of them. */
    public SlotWriter commandWriter(SlotRing commands) {
        return SlotWriter.refusing(commands, 0, region, consumedOffset());
    }

    private int consumedOffset() {
        return offset + RepliesLayout.SESSION_CONSUMED;
    }

    /** Daemon: a writer of replies, which continues where the last one stopped. */
    public SlotWriter replyWriter() {
        return SlotWriter.overwriting(ring, nextReply(), offset + RepliesLayout.SESSION_NEXT_REPLY);
    }

    /** Daemon: gives the session to a client of a user, whose commands count from 0. */
    public void putConnected(ClientIdentity client, int owner, int user) {
        region.putIntOpaque(offset + RepliesLayout.SESSION_STATE, RepliesLayout.STATE_FREE);
        // SYNC session: pairs with Session.isConnectedTo; without the fence the new UUID could be seen together with
        // the state of the client before.
        SharedRegion.storeStoreFence();
        region.putLongOpaque(offset + RepliesLayout.SESSION_UUID, client.uuid().getMostSignificantBits());
        region.putLongOpaque(offset + RepliesLayout.SESSION_UUID + Long.BYTES,
                client.uuid().getLeastSignificantBits());
        region.putInt(offset + RepliesLayout.SESSION_OWNER, owner);
        region.putInt(offset + RepliesLayout.SESSION_REASON, ReplyReason.NONE.code());
        region.putInt(offset + RepliesLayout.SESSION_COMMAND_SLOTS, client.slotCount());
        region.putLong(offset + RepliesLayout.SESSION_PID, client.pid());
        region.putInt(offset + RepliesLayout.SESSION_USER, user);
        region.asByteBuffer().put(offset + RepliesLayout.SESSION_NAME, ClientIdentity.nameBytes(client.name()));
        putPendingTimers(0);
        putUnanswered(0);
        putConsumed(0);
        putState(RepliesLayout.STATE_CONNECTED);
    }

    /** Daemon: stores that its client was evicted, and why. */
    public void putEvicted(ReplyReason reason) {
        region.putInt(offset + RepliesLayout.SESSION_REASON, reason.code());
        putState(RepliesLayout.STATE_EVICTED);
    }

    /** Daemon: frees it. */
    public void putFree() {
        putState(RepliesLayout.STATE_FREE);
    }

    private void putState(int state) {
        // SYNC session: pairs with Session.state; without release the client could see itself admitted, or evicted,
        // before it can see by which owner number, or why.
        region.putIntRelease(offset + RepliesLayout.SESSION_STATE, state);
    }

    /** Daemon, after it has carried out and answered every command before this one: their slots may be used again. */
    public void putConsumed(long nextCommand) {
        SlotWriter.releaseConsumed(region, consumedOffset(), nextCommand);
    }

    /** Daemon: how many timers its owner has. A figure that orders nothing. */
    public void putPendingTimers(long count) {
        region.putLongOpaque(offset + RepliesLayout.SESSION_PENDING_TIMERS, count);
    }

    /** Daemon: how many commands wait for an answer. A figure that orders nothing. */
    public void putUnanswered(long count) {
        region.putLongOpaque(offset + RepliesLayout.SESSION_UNANSWERED, count);
    }
}
