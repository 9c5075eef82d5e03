package io.tickbus.daemon;

import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.timer.CommandLookAhead;
import io.tickbus.timer.TimerEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * The connected clients: reads their commands in turn, has them carried out, answers each. The timer thread's.
 *
 * <p>One client can neither block nor slow another by more than its share of a duty cycle, and whatever stands in its
 * file costs itself the connection and nobody else anything: see {@link ClientSession}.
 */
final class ClientSessions implements CommandSource {
    /** Replies to one request for a list, its end included. */
    static final int LIST_PAGE = 64;
    /** Owners without clients that are looked at in one duty cycle. */
    private static final int OWNERS_PER_CYCLE = 16;

    private final CommandDesk desk;
    private final CommandLookAhead lookAhead;
    private final TimerEngine engine;
    private final RepliesFile replies;
    private final DaemonCounters counters;
    private final TimerReply reply = new TimerReply();
    private final List<ClientSession> sessions = new ArrayList<>();
    /** Clients whose owner is about to be cleared away. */
    private final List<ClientSession> waiting = new ArrayList<>();
    /** Owners without clients, some of whose timers may still be there. */
    private final List<Integer> left = new ArrayList<>();
    private final ClientEvents events;
    private int nextLeft;
    private ClientSession listing;
    private long listingSequence;

    ClientSessions(TimerEngine engine, RepliesFile replies, DaemonCounters counters, ClientEvents events,
            CommandDesk desk) {
        this.engine = engine;
        this.lookAhead = CommandLookAhead.of(engine);
        this.desk = desk;
        this.replies = replies;
        this.counters = counters;
        this.events = events;
    }

    @Override
    public boolean hasNews() {
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).hasNews()) {
                return true;
            }
        }
        return events.hasWorkForTimerThread();
    }

    @Override
    public int stage() {
        int count = 0;
        for (int i = 0; i < sessions.size(); i++) {
            count += sessions.get(i).stage();
        }
        if (!sessions.isEmpty()) {
            FaultBoundary.surface();
        }
        // Who waits for the disk is work: nobody rings when it is there.
        return count + desk.inFlight();
    }

    @Override
    public void execute(long nowNs) {
        events.runForTimerThread();
        admitWaiting();
        freeOwners();
        desk.complete();
        for (int i = sessions.size() - 1; i >= 0; i--) {
            ClientSession session = sessions.get(i);
            if (session.stagedCount() > 0 && (!session.isLeaving() || session.isTrusted())) {
                execute(session, nowNs);
            } else if (session.isDone()) {
                dismiss(session);
                sessions.remove(i);
            }
        }
    }

    private void execute(ClientSession session, long nowNs) {
        if (session.stagedCount() > 1) {
            lookAhead.lookAt(session.owner(), session.staged(), session.stagedCount());
        }
        for (int i = 0; i < session.stagedCount(); i++) {
            TimerCommand command = session.staged(i);
            long sequence = session.stagedSequence(i);
            if (command.type() == CommandLayout.TYPE_LIST) {
                if (session.inFlight() > 0) {
                    break;
                }
                counters.countCommand(command.type());
                list(session, sequence, command);
            } else if (!desk.take(session, command, sequence, nowNs)) {
                break;
            }
            session.settle();
        }
        session.releaseStaged(engine.pending(session.owner()));
    }

    private void list(ClientSession session, long sequence, TimerCommand command) {
        boolean isForAll = (command.flags() & CommandLayout.FLAG_ALL_OWNERS) != 0;
        listing = session;
        listingSequence = sequence;
        engine.list(isForAll ? TimerEngine.ALL_OWNERS : session.owner(), command.key(), LIST_PAGE - 1,
                this::answerListing, reply);
    }

    private void answerListing(TimerReply listed) {
        counters.countReply(listed);
        listing.answer(listed.commandSequence(listingSequence));
    }

    private void dismiss(ClientSession session) {
        session.dismiss();
        events.dismissed(session);
    }

    /** A client comes. */
    void admit(ClientSession session) {
        left.remove((Integer) session.owner());
        if (engine.openOwner(session.owner(), session.user())) {
            sessions.add(session);
        } else {
            // The owner's last client has just gone, and its timers are still being cancelled.
            waiting.add(session);
        }
    }

    private void admitWaiting() {
        for (int i = waiting.size(); i > 0; i--) {
            admit(waiting.get(0));
            waiting.remove(0);
        }
    }

    @Override
    public int doHousekeeping() {
        return desk.doHousekeeping();
    }

    @Override
    public void checkSound() {
        replies.checkSound();
        counters.file().checkSound();
    }

    @Override
    public boolean evictFaulty() {
        boolean isAny = false;
        for (int i = sessions.size() - 1; i >= 0; i--) {
            ClientSession session = sessions.get(i);
            session.unstage();
            // What is no client's is written by the conductor meanwhile, and cannot fault.
            if (session.file().region().isReadOnly() && !FaultBoundary.isSound(session.file().region())) {
                session.evict(ReplyReason.UNREADABLE);
                dismiss(session);
                sessions.remove(i);
                isAny = true;
            }
        }
        return isAny;
    }

    @Override
    public void dismissAll(ReplyReason reason) {
        // Who was admitted just now is told too.
        events.runForTimerThread();
        sessions.addAll(waiting);
        waiting.clear();
        for (ClientSession session : sessions) {
            session.leave(reason);
            dismiss(session);
        }
        sessions.clear();
    }

    @Override
    public void announceSleep(long untilNs) {
        replies.announceSleep(untilNs);
    }

    @Override
    public void announceAwake() {
        replies.announceAwake();
    }

    /** The last client of an owner is gone, and with it the timers that it did not want kept. */
    void ownerLeft(int owner) {
        engine.cancelOwner(owner);
        left.add(owner);
    }

    /** An owner of whom there are timers, and no client yet. */
    void ownerRecovered(int owner) {
        left.add(owner);
    }

    /** Writes down for each client how many timers its owner has. */
    void report() {
        for (int i = 0; i < sessions.size(); i++) {
            sessions.get(i).report(engine.pending(sessions.get(i).owner()));
        }
    }

    private void freeOwners() {
        for (int i = Math.min(left.size(), OWNERS_PER_CYCLE); i > 0; i--) {
            nextLeft = nextLeft < left.size() ? nextLeft : 0;
            int owner = left.get(nextLeft);
            if (engine.closeOwner(owner)) {
                events.ownerFreed(owner);
                left.remove(nextLeft);
            } else {
                nextLeft++;
            }
        }
    }
}
