// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;

/**
 * One admitted client as the timer thread serves it. Its memory is read in one step, {@link #stage}, and the commands
 * are carried out in another, so that a fault of its memory surfaces between the two and never in the middle of the
 * timers. The conductor makes it and connects it; then it is the timer thread's, except for what does not change.
 */
final class ServedClient {
    private final int index;
    private final ClientIdentity client;
    private final ClientFile file;
    private final Session words;
    private final SlotRing commands;
    private final SlotWriter replies;
    private final TimerCommand[] staged;
    /** A dummy value, see {@link SlotRing#prefetch}. */
    @SuppressWarnings("UnusedVariable")
    private long seen;
    private int stagedCount;
    private long stagedFrom;
    /** The next command to be staged. */
    private long taken;
    /** Commands beyond this are ignored once the client is closing. */
    private long consumeLimit = Long.MAX_VALUE;
    private ReplyReason closeReason = ReplyReason.NONE;
    private boolean isClosing;
    /** It is closing, and no command was left when its ring was last read. */
    private boolean isReadToEnd;
    private int owner;
    private int user;
    private boolean isNameShared;
    private final ScheduleIntake.Progress schedules = new ScheduleIntake.Progress();
    private int inFlight;
    private boolean isIntroduced;
    private ServedClient introducedTo;
    private boolean isClosed;

    ServedClient(int index, ClientIdentity client, ClientFile file, Session words, int commandLimit) {
        this.index = index;
        this.client = client;
        this.file = file;
        this.words = words;
        this.commands = file.ring();
        this.replies = words.replyWriter();
        this.staged = new TimerCommand[commandLimit];
        for (int i = 0; i < commandLimit; i++) {
            staged[i] = new TimerCommand();
        }
    }

    /**
     * Conductor: whose it is.
     *
     * @param newIsNameShared whether all clients of that user with its name are one owner
     */
    void user(int newUser, boolean newIsNameShared) {
        user = newUser;
        isNameShared = newIsNameShared;
    }

    /** Conductor: marks the client's session connected; from here on it may send. */
    void connect(int newOwner) {
        owner = newOwner;
        words.putConnected(client, newOwner, user);
    }

    /** Conductor: the first reply that is for this client. */
    long nextReply() {
        return words.nextReply();
    }

    /** Conductor: writes the commands of a client that has no ring of its own. */
    SlotWriter commandWriter() {
        return words.commandWriter(commands);
    }

    int index() {
        return index;
    }

    int owner() {
        return owner;
    }

    /** Numeric id of its user. */
    int user() {
        return user;
    }

    /** The name that its owner goes by; empty for none. */
    String name() {
        return isNameShared ? client.name() : "";
    }

    /** Commands of it that wait for the disk. */
    int inFlight() {
        return inFlight;
    }

    void addInFlight(int more) {
        inFlight += more;
    }

    /** One of those that waited is answered, or never will be. */
    void completed() {
        if (!isClosed) {
            releaseConsumed();
        }
    }

    private void releaseConsumed() {
        words.putConsumed(taken - inFlight);
    }

    /** The schedule that it is sending. */
    ScheduleIntake.Progress schedules() {
        return schedules;
    }

    /** Whether the journal knows who its owner is. */
    boolean isIntroduced() {
        return isIntroduced;
    }

    void introduced() {
        isIntroduced = true;
    }

    /** The gateway that knows the name of its owner. */
    ServedClient introducedTo() {
        return introducedTo;
    }

    void introducedTo(ServedClient gateway) {
        introducedTo = gateway;
    }

    /** Whether it has a ring of its own, and so is of the daemon's user. */
    boolean hasRing() {
        return client.hasRing();
    }

    boolean isClosed() {
        return isClosed;
    }

    ClientFile file() {
        return file;
    }

    /** Whether a command waits, or the client is closing. Touches the client's memory. */
    boolean hasNews() {
        return isClosing || commands.hasNews(taken);
    }

    /** Copies the commands that wait, up to the command limit. Touches the client's memory. */
    int stage() {
        stagedCount = 0;
        stagedFrom = taken;
        // Its memory may be gone once it is closed.
        while (!isClosed && stagedCount < staged.length && taken + stagedCount < consumeLimit) {
            seen += commands.prefetch(taken + stagedCount);
            int found = commands.read(taken + stagedCount, staged[stagedCount].fields());
            if (found == SlotRing.OVERWRITTEN) {
                // A writer that refuses when the ring is full never overwrites: no client of ours has written this.
                startClosing(ReplyReason.CORRUPT_RING);
            }
            if (found != SlotRing.COMMITTED) {
                break;
            }
            stagedCount++;
            if (CommandLayout.isList(staged[stagedCount - 1].type())) {
                // A page is as much work as many commands: one in a duty cycle.
                break;
            }
        }
        isReadToEnd = isClosing && stagedCount == 0;
        return stagedCount;
    }

    int stagedCount() {
        return stagedCount;
    }

    TimerCommand staged(int i) {
        return staged[i];
    }

    /** The first {@link #stagedCount} of these. */
    TimerCommand[] staged() {
        return staged;
    }

    long stagedSequence(int i) {
        return stagedFrom + i;
    }

    void answer(TimerReply reply) {
        replies.write(reply.fields());
    }

    /** The next of the staged commands is carried out or waits for the disk, and will not be staged again. */
    void acknowledge() {
        taken++;
    }

    /** The staged commands are taken; the slots of those that do not wait may be used again. */
    void releaseStaged(long pendingTimers) {
        stagedCount = 0;
        report(pendingTimers);
        releaseConsumed();
    }

    /** Publishes how many timers the client's owner has. */
    void report(long pendingTimers) {
        words.putPendingTimers(pendingTimers);
    }

    /** Publishes how many of its commands wait for an answer. Touches the client's memory unless it is closed. */
    void reportUnanswered() {
        words.putUnanswered(isClosed ? 0 : inFlight + (commands.hasNews(taken) ? commands.countFrom(taken) : 0));
    }

    /** After a fault: what was staged and not answered will be staged again. */
    void unstage() {
        stagedCount = 0;
    }

    /** Starts closing the client; the first reason wins. What it has sent is read before it is closed. */
    void startClosing(ReplyReason reason) {
        if (!isClosing) {
            isClosing = true;
            consumeLimit = taken + commands.slotCount();
            closeReason = reason;
        }
    }

    /** Evicts it after a fault of its memory, which is not read again, whatever the reason seemed to be before. */
    void evict(ReplyReason reason) {
        isClosing = true;
        closeReason = reason;
    }

    boolean isClosing() {
        return isClosing;
    }

    /** Whether it can be closed now: what it sent before is read and answered, if that still counts. */
    boolean canClose() {
        return isClosing && inFlight == 0 && (isReadToEnd || !isTrusted());
    }

    /** Whether what it has sent still counts. */
    boolean isTrusted() {
        return switch (closeReason) {
            case NONE, CLOSED, STOPPING -> true;
            default -> false;
        };
    }

    ReplyReason closeReason() {
        return closeReason;
    }

    /** Marks its session free or evicted. */
    void close() {
        isClosed = true;
        if (closeReason == ReplyReason.CLOSED) {
            words.putFree();
        } else {
            words.putEvicted(closeReason);
        }
    }
}
