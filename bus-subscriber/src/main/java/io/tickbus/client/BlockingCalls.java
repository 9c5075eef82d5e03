// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The calls that wait for their answer: a short spin, then naps that grow, up to a deadline. One thread. */
final class BlockingCalls {
    private static final long SPIN_NS = 50_000;
    private static final long FIRST_NAP_NS = 20_000;
    private static final long LONGEST_NAP_NS = 1_000_000;

    private final CommandSender sender;
    private final ReplyReader replies;
    private final Runnable connectionCheck;

    /** Waits for one thing after another up to one deadline. */
    private final class Deadline {
        private final long timeoutNs;
        private final long startNs = System.nanoTime();
        private long napNs = FIRST_NAP_NS;

        Deadline(long timeoutNs) {
            this.timeoutNs = timeoutNs;
        }

        void pause() {
            long waitedNs = System.nanoTime() - startNs;
            if (waitedNs >= timeoutNs || Thread.currentThread().isInterrupted()) {
                throw timedOut(timeoutNs);
            }
            if (waitedNs < SPIN_NS) {
                Thread.onSpinWait();
                return;
            }
            connectionCheck.run();
            LockSupport.parkNanos(Math.min(napNs, timeoutNs - waitedNs));
            napNs = Math.min(2 * napNs, LONGEST_NAP_NS);
        }
    }

    BlockingCalls(CommandSender sender, ReplyReader replies, Runnable connectionCheck) {
        this.sender = sender;
        this.replies = replies;
        this.connectionCheck = connectionCheck;
    }

    static BusException timedOut(long timeoutNs) {
        return new BusException(Reason.TIMEOUT, "no answer from the daemon within "
                + TimeUnit.NANOSECONDS.toMillis(timeoutNs) + " ms", "it is stopped or overloaded, or this thread was "
                + "interrupted", "ask again; the command may yet be carried out");
    }

    TimerReply call(TimerCommand command, long timeoutNs) {
        Deadline deadline = new Deadline(timeoutNs);
        long sequence = send(command, deadline);
        TimerReply answer = new TimerReply();
        do {
            copyNext(sequence, deadline, answer);
        } while (answer.code() == ReplyCode.SUBMITTED);
        return answer;
    }

    void list(boolean allOwners, long timeoutNs, List<ArmedTimer> found) {
        Deadline deadline = new Deadline(timeoutNs);
        TimerCommand command = new TimerCommand();
        TimerReply answer = new TimerReply();
        TimerReply rest = new TimerReply();
        long cursor = 0;
        do {
            long sequence = send(command.reset(CommandLayout.TYPE_LIST, cursor)
                    .flags(allOwners ? CommandLayout.FLAG_ALL_OWNERS : 0), deadline);
            for (copyNext(sequence, deadline, answer); answer.code() == ReplyCode.LISTED;
                    copyNext(sequence, deadline, answer)) {
                copyNext(sequence, deadline, rest);
                found.add(ArmedTimer.of(answer, rest));
            }
            if (answer.code() != ReplyCode.LIST_END) {
                throw new BusException(Reason.SYSTEM, "the list of timers", "the daemon refused it: "
                        + answer.reason().sentence(), "use the same tickbus version on both sides");
            }
            cursor = answer.detail();
        } while (cursor != 0);
        describe(deadline, found);
    }

    /** Asks for the schedules of the timers found, for each once. */
    private void describe(Deadline deadline, List<ArmedTimer> found) {
        Map<Long, String> schedules = new HashMap<>();
        for (int i = 0; i < found.size(); i++) {
            long period = found.get(i).periodNs();
            if (period < 0) {
                found.set(i, found.get(i).with(schedules.computeIfAbsent(-period, id -> describe(id, deadline))));
            }
        }
    }

    /** The text of a schedule; empty if its last timer is gone by now. */
    private String describe(long id, Deadline deadline) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        TimerReply answer = new TimerReply();
        long sequence = send(new TimerCommand().reset(CommandLayout.TYPE_DESCRIBE, id), deadline);
        for (copyNext(sequence, deadline, answer); answer.code() == ReplyCode.LISTED_TEXT;
                copyNext(sequence, deadline, answer)) {
            text.writeBytes(answer.text());
        }
        return text.toString(StandardCharsets.UTF_8).replace("\0", "");
    }

    private long send(TimerCommand command, Deadline deadline) {
        while (true) {
            long sequence = sender.sendForAnswer(command);
            if (sequence != CommandSender.FULL) {
                return sequence;
            }
            boolean isAnyNew = replies.readMore();
            if (!isAnyNew && replies.hasUndelivered()) {
                throw new IllegalStateException("there is no room for the answer before the replies to the commands "
                        + "sent earlier are polled: unanswered=" + (sender.nextSequence() - replies.notedCommands()));
            }
            if (!isAnyNew) {
                deadline.pause();
            }
        }
    }

    /** Waits for the next reply to a command, copies it, and keeps it from being delivered once more. */
    private void copyNext(long sequence, Deadline deadline, TimerReply answer) {
        while (true) {
            if (!replies.noteNext()) {
                deadline.pause();
            } else if (replies.reply().commandSequence() == sequence) {
                System.arraycopy(replies.reply().fields(), 0, answer.fields(), 0, answer.fields().length);
                replies.takeNoted();
                return;
            }
        }
    }
}
