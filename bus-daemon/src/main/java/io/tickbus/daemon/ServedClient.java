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
 * One connected client as the timer thread serves it. Its memory is read in one step, {@link #stage}, and acted upon in
 * another, so that a fault of it comes up between the two and never in the middle of the timers. The conductor makes it
 * and connects it; from then on it is the timer thread's alone, save what does not change.
 */
final class ServedClient {
    private final int index;
    private final ClientIdentity client;
    private final ClientFile file;
    private final Session words;
    private final SlotRing commands;
    private final SlotWriter replies;
    private final TimerCommand[] staged;
    /** Without a meaning: see {@link SlotRing#lookAhead}. */
    @SuppressWarnings("UnusedVariable")
    private long seen;
    private int stagedCount;
    private long stagedFrom;
    private long consumed;
    /** What comes after this is not read any more from who leaves and goes on sending. */
    private long consumeLimit = Long.MAX_VALUE;
    private ReplyReason closeReason = ReplyReason.NONE;
    private boolean isClosing;
    /** Since it leaves, a look at its commands has found none. */
    private boolean isReadToEnd;
    private int owner;
    private int user;
    private boolean isNameShared;
    private int inFlight;
    private boolean isIntroduced;
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

    /** Conductor: says in the table that the client is served; from here on it may send. */
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

    /** Whether the journal knows who its owner is. */
    boolean isIntroduced() {
        return isIntroduced;
    }

    void introduced() {
        isIntroduced = true;
    }

    boolean isClosed() {
        return isClosed;
    }

    ClientFile file() {
        return file;
    }

    /** Whether a command waits, or the client to be let go. Touches the client's memory. */
    boolean hasNews() {
        return isClosing || commands.hasNews(consumed);
    }

    /** Copies the commands that wait, at most as many as there is room for. Touches the client's memory. */
    int stage() {
        stagedCount = 0;
        stagedFrom = consumed;
        // After it was dismissed its memory may be gone.
        while (!isClosed && stagedCount < staged.length && consumed + stagedCount < consumeLimit) {
            seen += commands.lookAhead(consumed + stagedCount);
            int found = commands.read(consumed + stagedCount, staged[stagedCount].fields());
            if (found == SlotRing.OVERWRITTEN) {
                // A ring that refuses is never overwritten before it was consumed: this is no client's work.
                startClosing(ReplyReason.CORRUPT_RING);
            }
            if (found != SlotRing.COMMITTED) {
                break;
            }
            stagedCount++;
            if (staged[stagedCount - 1].type() == CommandLayout.TYPE_LIST) {
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

    /** The next of the staged commands is answered, and will not be carried out again after a fault. */
    void acknowledge() {
        consumed++;
    }

    /** The staged commands are answered; their slots may be used again. */
    void releaseStaged(long pendingTimers) {
        stagedCount = 0;
        report(pendingTimers);
        words.putConsumed(consumed);
    }

    /** Writes down how many timers the client's owner has. */
    void report(long pendingTimers) {
        words.putPendingTimers(pendingTimers);
    }

    /** What was staged and not answered is staged again; after a fault. */
    void unstage() {
        stagedCount = 0;
    }

    /** The client goes, or is evicted; the first reason counts. What it has sent is read before it is let go. */
    void startClosing(ReplyReason reason) {
        if (!isClosing) {
            isClosing = true;
            consumeLimit = consumed + commands.slotCount();
            closeReason = reason;
        }
    }

    /** After a fault of its memory, whose contents had looked like something else: no other look at it. */
    void evict(ReplyReason reason) {
        isClosing = true;
        closeReason = reason;
    }

    boolean isClosing() {
        return isClosing;
    }

    /** Whether it may be let go: what it sent before it left is read and answered, where that still counts. */
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

    /** Says in the table that the client is served no more. */
    void close() {
        isClosed = true;
        if (closeReason == ReplyReason.CLOSED) {
            words.putFree();
        } else {
            words.putEvicted(closeReason);
        }
    }
}
