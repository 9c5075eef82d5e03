// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Arms and cancels timers at the bus's daemon, by keys of its own choice; the daemon publishes a signal when one is
 * due.
 *
 * <p>Commands go into a ring of the client's own, and replies come back through another. What arms or cancels answers
 * at once with the command's number; what became of it is in the reply of that {@code commandSequence}, to be had by
 * {@link #pollReplies}. {@link #call} waits for its reply instead.
 *
 * <p>Each firing carries the low half of its arming's number as its {@link SignalRecord#generation()}, so that one
 * comparison, {@link SignalRecord#isOf}, tells a firing of the latest arming from one that a cancelling or a re-arming
 * came too late for. Where the daemon refuses a re-arming, the earlier timer stays, and its firings still carry the
 * earlier number. Pausing and resuming change nothing of this.
 *
 * <p>With a {@link TimerCommand#scope} a timer is one of a cluster, where the daemon's host is a member of one. Such a
 * command has two replies: SUBMITTED, and when the cluster has decided the one that others have at once. ARMED is then
 * said of what is in the log of a majority. Firings of these timers are of another owner, which the second reply
 * states, but carry the arming's number as all others do.
 *
 * <p><b>Threads:</b> one, and none of its own: each call checks whether the daemon is gone.
 * <p><b>Progress:</b> arming and cancelling are wait-free, allocate nothing, and make no system call while the daemon
 * takes commands; one, to wake it, where it sleeps past the timer's deadline. {@link #connect}, {@link #call} and
 * {@link #list} wait, never longer than told. The first arming after the daemon's death finds room in the ring, and so
 * do those within 10 µs; one that comes 10 ms after two such, or a quarter of a second after one, says DISCONNECTED, as
 * does every other call.
 * <p><b>Loss:</b> never silent. A command that finds no room is answered with {@link #FULL}. Each command gets one
 * reply, unless it is {@link TimerCommand#quiet} and carried out; with a scope it gets two, quiet or not. When the
 * daemon goes, or evicts the client, every call says so, and {@link #reconnect} counts the commands whose answers are
 * lost. When the client dies, its timers end, but for those of a cluster and those armed with {@code
 * FLAG_KEEP_ON_DEATH}.
 * <p><b>Errors:</b> {@link BusException}: DISCONNECTED with the reason when there is no daemon any more, until
 * {@link #reconnect}; TRUNCATED or UNREADABLE when a file is shortened or loses a page under it.
 * {@link IllegalStateException} after {@link #close}.
 */
public final class TimerClient implements AutoCloseable {
    /** There is no room in the ring, or too many replies are not polled. Poll the replies, and try again. */
    public static final long FULL = CommandSender.FULL;

    private final BusDirectory directory;
    private final TimerClientOptions options;
    private final TimerCommand scratch = new TimerCommand();
    /** Null where no keys are tracked. */
    private final LatestCommands latest;
    private ClientConnection connection;
    private ReplyReader replies;
    private CommandSender sender;
    private BlockingCalls calls;
    private CommandNumbers numbers;
    private long repliesLostBefore;
    private long rejectedBefore;
    private long ringsBefore;
    private ConnectionLoss toldLoss;
    private boolean isClosed;

    private TimerClient(BusDirectory directory, TimerClientOptions options) {
        this.directory = directory;
        this.options = options;
        this.connection = Connector.connect(directory, options);
        this.latest = options.trackedKeys() == 0 ? null : new LatestCommands(options.trackedKeys());
        this.numbers = CommandNumbers.from(connection.uuid().getLeastSignificantBits());
        use();
    }

    /** Connects with {@link TimerClientOptions#defaults()}. */
    public static TimerClient connect(BusDirectory directory) {
        return connect(directory, TimerClientOptions.defaults());
    }

    /**
     * Connects to a bus's daemon, and waits for it as long as the options say.
     *
     * @throws BusException NOT_FOUND where no daemon is, TIMEOUT where it does not answer, DISCONNECTED where it
     *                      refuses, with its reason; and as {@code SignalSubscriber.attach}
     */
    public static TimerClient connect(BusDirectory directory, TimerClientOptions options) {
        return new TimerClient(directory, options);
    }

    private void use() {
        replies = new ReplyReader(connection, numbers, options.listener(), options.discardsReplies());
        sender = new CommandSender(connection, replies, numbers, latest, options.discardsReplies());
        calls = new BlockingCalls(sender, replies, this::checkConnected);
    }

    /**
     * Arms or re-arms a one-shot timer.
     *
     * @param deadlineNs when it is due, CLOCK_MONOTONIC nanoseconds as {@link System#nanoTime()}; one that is past is
     *                   due at once
     * @return the command's number, at least 0, for {@link SignalRecord#isOf}; or {@link #FULL}
     */
    public long arm(long key, int signalId, long deadlineNs) {
        return arm(key, signalId, deadlineNs, System.nanoTime());
    }

    private long arm(long key, int signalId, long deadlineNs, long nowNs) {
        prepare(nowNs);
        long next = sender.nextSequence();
        try {
            return numbered(sender.arm(key, signalId, deadlineNs));
        } catch (InternalError e) {
            connection.recover(e);
            return sender.hasSent(next, scratch.arm(key, signalId, deadlineNs)) ? numbered(next) : FULL;
        }
    }

    /** As {@link #arm(long, int, long)}, due after this delay. */
    public long armAfter(long key, int signalId, long delayNs) {
        long nowNs = System.nanoTime();
        return arm(key, signalId, delayNs > Long.MAX_VALUE - nowNs ? Long.MAX_VALUE : nowNs + delayNs, nowNs);
    }

    /**
     * Sends a command of any kind, an arming with a period, a payload and the like for instance. Sets its generation.
     * The schedule of a {@link TimerCommand#calendar} is sent before it, and takes one more place of the ring for each
     * 40 bytes of its text.
     *
     * @return its number, or {@link #FULL}
     */
    public long send(TimerCommand command) {
        prepare(System.nanoTime());
        long next = sender.nextSequence(command);
        try {
            return numbered(sender.send(command));
        } catch (InternalError e) {
            connection.recover(e);
            return sender.hasSent(next, command) ? numbered(next) : FULL;
        }
    }

    /**
     * As {@link #send}, but keeps the command's own generation, for firings that carry a number of somebody else's.
     * {@link #isCurrent} and {@link SignalRecord#isOf} know nothing of such firings.
     */
    public long sendAs(TimerCommand command) {
        prepare(System.nanoTime());
        long next = sender.nextSequence(command);
        int generation = command.generation();
        try {
            return numbered(sender.sendAs(command));
        } catch (InternalError e) {
            connection.recover(e);
            boolean isSent = sender.hasSent(next, command);
            command.generation(generation);
            return isSent ? numbered(next) : FULL;
        }
    }

    /** Cancels a timer; returns the command's number, or {@link #FULL}. */
    public long cancel(long key) {
        return send(scratch.cancel(key));
    }

    /** Pauses a timer; returns the command's number, or {@link #FULL}. */
    public long pause(long key) {
        return send(scratch.reset(CommandLayout.TYPE_PAUSE, key));
    }

    /** Resumes a paused timer; returns the command's number, or {@link #FULL}. */
    public long resume(long key) {
        return send(scratch.reset(CommandLayout.TYPE_RESUME, key));
    }

    private void prepare(long nowNs) {
        if (!connection.isServed(sender.nextSequence(), nowNs)) {
            checkConnected();
        }
        // Before the command has its number: the listener may send others.
        if (options.discardsReplies() && !replies.hasRoom(sender.nextSequence())) {
            discardReplies();
        }
    }

    private void checkNotTelling() {
        if (replies.isTelling()) {
            throw new IllegalStateException("onRefused may send commands, and neither wait for answers nor read them");
        }
    }

    private void discardReplies() {
        try {
            if (options.discardsReplies()) {
                replies.discard();
            }
        } catch (InternalError e) {
            connection.recover(e);
        }
    }

    private long numbered(long sequence) {
        if (sequence < 0) {
            // Perhaps the daemon takes none any more; then the next call throws.
            connection.check();
        }
        return sequence < 0 ? sequence : numbers.of(sequence);
    }

    /**
     * Hands over the replies that are there, in the order of the commands but for second ones, without waiting.
     *
     * @param limit the most to hand over, at least 1
     * @return how many were handed over
     * @throws BusException DISCONNECTED when there is none left and none can come
     */
    public int pollReplies(TimerReplyHandler handler, int limit) {
        checkNotTelling();
        int count = 0;
        try {
            count = replies.poll(handler, limit);
        } catch (InternalError e) {
            connection.recover(e);
        }
        if (count == 0) {
            checkConnected();
        }
        return count;
    }

    /**
     * Sends a command and waits for its answer, with a scope for the second one. Replies to commands before it stay for
     * {@link #pollReplies}. Allocates.
     *
     * @param timeoutNs how long to wait at most, in nanoseconds
     * @return the answer, the caller's to keep
     * @throws BusException          TIMEOUT where none came in time; if it comes later, {@link #pollReplies} has it
     * @throws IllegalStateException when there is no room for it until replies are polled
     */
    public TimerReply call(TimerCommand command, long timeoutNs) {
        checkNotTelling();
        prepare(System.nanoTime());
        try {
            TimerReply answer = calls.call(command, timeoutNs);
            return answer.commandSequence(numbered(answer.commandSequence()));
        } catch (InternalError e) {
            connection.recover(e);
            throw BlockingCalls.timedOut(timeoutNs);
        }
    }

    /**
     * Asks for the timers that are armed. Those that are armed, fire or are cancelled meanwhile may be in the list or
     * not; all others are, once. Allocates.
     *
     * @param allOwners whether to list the timers of every owner, and not only the client's own
     * @param timeoutNs how long to wait at most, in nanoseconds
     * @throws BusException TIMEOUT as {@link #call}
     */
    public List<ArmedTimer> list(boolean allOwners, long timeoutNs) {
        checkNotTelling();
        prepare(System.nanoTime());
        List<ArmedTimer> found = new ArrayList<>();
        try {
            calls.list(allOwners, timeoutNs, found);
            return found;
        } catch (InternalError e) {
            connection.recover(e);
            throw BlockingCalls.timedOut(timeoutNs);
        }
    }

    /**
     * Whether a firing belongs to this client's owner and to the latest arming of its key, for a caller that does not
     * keep the armings' numbers. Not so are firings that a re-arming or a cancelling came too late for; also
     * where the daemon then refuses that re-arming. Of a key that this client has neither armed nor cancelled, every
     * firing is current.
     *
     * <p>Exact while no more keys than are tracked were armed or cancelled since the firing was published: where more
     * are, the one whose command was sent longest ago is forgotten.
     *
     * @throws IllegalStateException where the options track no keys
     */
    public boolean isCurrent(SignalRecord firing) {
        if (latest == null) {
            throw new IllegalStateException("the client tracks no keys, so whether a firing is current is unknown: "
                    + "connect with TimerClientOptions.withTrackedKeys, or call SignalRecord.isOf");
        }
        return isMine(firing) && latest.isLatest(firing.key(), firing.generation());
    }

    /** Whether a firing is of a timer of this client's owner. */
    public boolean isMine(SignalRecord firing) {
        return firing.owner() == connection.owner();
    }

    /**
     * Connects again, with another UUID, after the daemon was restarted or has evicted this client. Numbers of commands
     * continue, so that firings of earlier armings are told apart as before. Poll the replies that are there before:
     * they are counted as answers here, and not handed over any more.
     *
     * @return how many commands were sent whose answers are lost: each may have been carried out or not
     * @throws BusException as {@link #connect}; then this may be called again
     */
    public long reconnect() {
        checkOpen();
        checkNotTelling();
        noteAll();
        long unanswered = unanswered();
        connection.close();
        ClientConnection next = Connector.connect(directory, options);
        numbers = numbers.next(sender.nextSequence());
        repliesLostBefore += replies.lost();
        rejectedBefore += replies.rejected();
        ringsBefore += connection.waker().rings();
        toldLoss = null;
        connection = next;
        use();
        return unanswered;
    }

    private void noteAll() {
        try {
            boolean isAnother;
            do {
                isAnother = replies.noteNext();
            } while (isAnother);
        } catch (InternalError e) {
            connection.recover(e);
        }
    }

    private void checkConnected() {
        checkOpen();
        connection.check();
        ConnectionLoss loss = connection.loss();
        if (loss == null) {
            return;
        }
        if (!loss.equals(toldLoss)) {
            toldLoss = loss;
            loss.tell(options.listener());
        }
        throw loss.exception(connection.toString());
    }

    private void checkOpen() {
        if (isClosed) {
            throw new IllegalStateException(connection + " is closed");
        }
    }

    /** Number of the owner of its timers, as in their signals: 1 to 65,535. */
    public int owner() {
        return connection.owner();
    }

    /** The connection's UUID. */
    public UUID uuid() {
        return connection.uuid();
    }

    /** Timers of its owner, as last stored by the daemon. */
    public long pendingTimers() {
        return connection.session().pendingTimers();
    }

    /**
     * Commands that the daemon, or a cluster, has yet to carry out, as of the last reply read or the last poll that
     * found none. Where replies are discarded, as of now.
     */
    public long unanswered() {
        discardReplies();
        return sender.nextSequence() - replies.notedCommands() + replies.submitted();
    }

    /** Replies overwritten before they were read, exactly; 0 unless the file was tampered with. */
    public long repliesLost() {
        return repliesLostBefore + replies.lost();
    }

    /** Commands that the daemon refused, as far as their replies were read; where they are discarded, as of now. */
    public long rejected() {
        discardReplies();
        return rejectedBefore + replies.rejected();
    }

    /** How often it woke the daemon: its system calls. */
    public long rings() {
        return ringsBefore + connection.waker().rings();
    }

    /** How often it read the socket to see whether the daemon is there. */
    long questions() {
        return connection.questions();
    }

    /**
     * Leaves the daemon, which executes what was sent before and then cancels the client's timers as it does when the
     * client dies. Idempotent.
     */
    @Override
    public void close() {
        isClosed = true;
        connection.close();
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
