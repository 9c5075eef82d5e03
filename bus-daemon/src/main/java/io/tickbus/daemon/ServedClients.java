// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.timer.TimerEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * The admitted clients: reads their commands in turn, has them carried out, answers each. The timer thread's.
 *
 * <p>A client can neither block another nor slow it by more than its share of a duty cycle, and whatever its file
 * contains costs its own connection and nobody else's: see {@link ServedClient}.
 */
final class ServedClients implements CommandPoller {
    /** Timers in the answer to one request for a list: two replies each, and the end, are 63 of 64. */
    private static final int LIST_PAGE = 31;
    /** Owners without clients that are checked in one duty cycle. */
    private static final int OWNERS_PER_CYCLE = 16;

    private final CommandProcessor processor;
    private final TimerEngine engine;
    private final RepliesFile replies;
    private final DaemonCounters counters;
    private final TimerReply reply = new TimerReply();
    private final List<ServedClient> clients = new ArrayList<>();
    /** Clients whose owner is being closed. */
    private final List<ServedClient> waiting = new ArrayList<>();
    /** Owners without clients, some of whose timers may still be there. */
    private final List<Integer> left = new ArrayList<>();
    private final TaskMailboxes tasks;
    private int nextLeft;
    private ServedClient listing;
    private long listingSequence;

    ServedClients(TimerEngine engine, RepliesFile replies, DaemonCounters counters, TaskMailboxes tasks,
            CommandProcessor processor) {
        this.engine = engine;
        this.processor = processor;
        this.replies = replies;
        this.counters = counters;
        this.tasks = tasks;
    }

    @Override
    public boolean hasNews() {
        for (int i = 0; i < clients.size(); i++) {
            if (clients.get(i).hasNews()) {
                return true;
            }
        }
        return tasks.hasTasksForTimerThread();
    }

    @Override
    public int stage() {
        int count = 0;
        for (int i = 0; i < clients.size(); i++) {
            count += clients.get(i).stage();
        }
        if (!clients.isEmpty()) {
            FaultBoundary.surface();
        }
        // Commands that wait for the disk count as work: nothing rings when they are on it.
        return count + processor.waiting();
    }

    @Override
    public void execute(long nowNs) {
        tasks.runForTimerThread();
        admitWaiting();
        freeOwners();
        processor.completeWaiting();
        for (int i = clients.size() - 1; i >= 0; i--) {
            ServedClient client = clients.get(i);
            if (client.stagedCount() > 0 && (!client.isClosing() || client.isTrusted())) {
                execute(client, nowNs);
            } else if (client.canClose()) {
                close(client);
                clients.remove(i);
            }
        }
        processor.pollGateway(nowNs);
    }

    private void execute(ServedClient client, long nowNs) {
        if (client.stagedCount() > 1) {
            engine.prefetch(client.owner(), client.staged(), client.stagedCount());
        }
        for (int i = 0; i < client.stagedCount(); i++) {
            TimerCommand command = client.staged(i);
            long sequence = client.stagedSequence(i);
            if (CommandLayout.isList(command.type())) {
                if (client.inFlight() > 0) {
                    break;
                }
                counters.countCommand(command.type());
                list(client, sequence, command);
            } else if (!processor.process(client, command, sequence, nowNs)) {
                break;
            }
            client.acknowledge();
        }
        client.releaseStaged(engine.pending(client.owner()));
    }

    private void list(ServedClient client, long sequence, TimerCommand command) {
        listing = client;
        listingSequence = sequence;
        if (command.type() == CommandLayout.TYPE_DESCRIBE) {
            engine.describe(command.key(), this::answerListing, reply);
            return;
        }
        boolean isForAll = (command.flags() & CommandLayout.FLAG_ALL_OWNERS) != 0;
        engine.list(isForAll ? TimerEngine.ALL_OWNERS : client.owner(), command.key(), LIST_PAGE,
                this::answerListing, reply);
    }

    private void answerListing(TimerReply listed) {
        counters.countReply(listed);
        listing.answer(listed.commandSequence(listingSequence));
    }

    private void close(ServedClient client) {
        client.close();
        tasks.toConductor(registry -> registry.closed(client));
        tasks.wakeConductor();
    }

    /** Serves a client from here on. */
    void admit(ServedClient client) {
        left.remove((Integer) client.owner());
        if (engine.openOwner(client.owner(), client.user())) {
            clients.add(client);
        } else {
            // The owner's last client has just closed, and its timers are still being cancelled.
            waiting.add(client);
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
        return processor.doHousekeeping();
    }

    @Override
    public void checkSound() {
        replies.checkSound();
        counters.file().checkSound();
    }

    @Override
    public boolean evictFaulty() {
        boolean isAny = false;
        for (int i = clients.size() - 1; i >= 0; i--) {
            ServedClient client = clients.get(i);
            client.unstage();
            // The conductor writes the rings that are not a client's file, and they cannot fault.
            if (client.file().region().isReadOnly() && !FaultBoundary.isSound(client.file().region())) {
                client.evict(ReplyReason.UNREADABLE);
                close(client);
                clients.remove(i);
                isAny = true;
            }
        }
        return isAny;
    }

    @Override
    public void closeAll(ReplyReason reason) {
        // So that clients that were admitted just now are told too.
        tasks.runForTimerThread();
        clients.addAll(waiting);
        waiting.clear();
        for (ServedClient client : clients) {
            client.startClosing(reason);
            close(client);
        }
        clients.clear();
    }

    @Override
    public void announceSleep(long untilNs) {
        replies.announceSleep(untilNs);
    }

    @Override
    public void announceAwake() {
        replies.announceAwake();
    }

    /** The last client of an owner has closed, and with it the timers that were armed to end with it. */
    void ownerLeft(int owner) {
        engine.cancelOwner(owner);
        left.add(owner);
    }

    /** An owner that has timers and no client yet. */
    void ownerRecovered(int owner) {
        left.add(owner);
    }

    /** Publishes for each client how many timers its owner has, and how many commands wait. */
    void report() {
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).report(engine.pending(clients.get(i).owner()));
            clients.get(i).reportUnanswered();
        }
    }

    private void freeOwners() {
        for (int i = Math.min(left.size(), OWNERS_PER_CYCLE); i > 0; i--) {
            nextLeft = nextLeft < left.size() ? nextLeft : 0;
            int owner = left.get(nextLeft);
            if (engine.closeOwner(owner)) {
                tasks.toConductor(registry -> registry.ownerFreed(owner));
                left.remove(nextLeft);
            } else {
                nextLeft++;
            }
        }
    }
}
