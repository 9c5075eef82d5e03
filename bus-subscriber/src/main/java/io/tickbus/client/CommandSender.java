// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerScope;

/** Writes a client's commands: checks for room, commits, wakes the daemon if needed. One thread. */
final class CommandSender {
    /** No room; nothing was written. */
    static final long FULL = SlotWriter.FULL;
    /** The daemon must answer soon, whenever the timer is due. */
    private static final long NOW = Long.MIN_VALUE;
    private static final long NEVER = Long.MAX_VALUE;
    private static final long ARM_HEADER = (long) CommandLayout.TYPE_ARM << Integer.SIZE;
    private static final int OTHER_TIME = CommandLayout.FLAG_CALENDAR | TimerScope.FLAGS;
    private static final int FLAGS_SHIFT = (CommandLayout.FLAGS - CommandLayout.SIGNAL_ID) * Byte.SIZE;
    private static final long QUIET_ARM_HEADER = ARM_HEADER | ((long) CommandLayout.FLAG_QUIET << FLAGS_SHIFT);

    private final SlotWriter writer;
    private final ReplyReader replies;
    private final DaemonWaker waker;
    private final CommandNumbers numbers;
    /** Null where no keys are tracked. */
    private final LatestCommands latest;
    private final TimerCommand scratch = new TimerCommand();
    private final boolean isQuiet;
    private final long armHeader;

    CommandSender(ClientConnection connection, ReplyReader replies, CommandNumbers numbers, LatestCommands latest,
            boolean isQuiet) {
        this.isQuiet = isQuiet;
        this.armHeader = isQuiet ? QUIET_ARM_HEADER : ARM_HEADER;
        this.writer = connection.session().commandWriter(connection.file().ring());
        this.waker = connection.waker();
        this.replies = replies;
        this.numbers = numbers;
        this.latest = latest;
    }

    /** The sequence that the next command gets. */
    long nextSequence() {
        return writer.nextSequence();
    }

    /** Arms a timer that fires once, without payload and with the usual grace; as {@link #send} and faster. */
    long arm(long key, int signalId, long deadlineNs) {
        long next = writer.nextSequence();
        if (!replies.hasRoom(next)) {
            return FULL;
        }
        long header = armHeader | Integer.toUnsignedLong(signalId);
        long generation = numbers.of(next) << Integer.SIZE;
        if (writer.write(key, deadlineNs, 0, header, TimerCommand.DEFAULT_GRACE_US, 0, generation) == FULL) {
            return FULL;
        }
        if (latest != null) {
            latest.put(key, (int) numbers.of(next));
        }
        waker.afterCommit(next, deadlineNs);
        return next;
    }

    /** Sends any command; the daemon sees it in time for its deadline. */
    long send(TimerCommand command) {
        if (isQuiet) {
            command.quiet(true);
        }
        if (!sendSchedule(command)) {
            return FULL;
        }
        return send(command.generation((int) numbers.of(writer.nextSequence())), wakeBefore(command));
    }

    /** As {@link #send}, with the command's own generation. */
    long sendAs(TimerCommand command) {
        if (isQuiet) {
            command.quiet(true);
        }
        return sendSchedule(command) ? send(command, wakeBefore(command)) : FULL;
    }

    /** The sequence that a command gets which is sent next: its schedule, if it has one, comes before it. */
    long nextSequence(TimerCommand command) {
        return nextSequence() + (command.schedule() == null ? 0 : TimerCommand.parts(command.schedule()));
    }

    /**
     * Writes the parts of the schedule that a command needs; false if there is no room for them and the command. Parts
     * without their command do no harm. The daemon does not answer them.
     */
    private boolean sendSchedule(TimerCommand command) {
        if (command.schedule() == null) {
            return true;
        }
        boolean hasRoom = replies.hasRoom(nextSequence(command));
        int parts = TimerCommand.parts(command.schedule());
        for (int part = 0; part < parts && hasRoom; part++) {
            hasRoom = writer.write(scratch.define(command.schedule(), part).fields()) != FULL;
        }
        return hasRoom;
    }

    private static long wakeBefore(TimerCommand command) {
        return switch (command.type()) {
            // Neither a deadline of another clock nor one of a cluster says when the daemon wakes.
            case CommandLayout.TYPE_ARM -> (command.flags() & OTHER_TIME) != 0 ? NOW : command.deadlineNs();
            // A resumed timer may be due at once, and a pause counts from when the daemon reads it. A cancellation is
            // in time, since the daemon wakes by itself for the firing and reads commands first.
            case CommandLayout.TYPE_PAUSE, CommandLayout.TYPE_RESUME, CommandLayout.TYPE_GATEWAY,
                    CommandLayout.TYPE_RESULT -> NOW;
            default -> command.scope() == TimerScope.HOST ? NEVER : NOW;
        };
    }

    /** Sends any command, and wakes the daemon for it. */
    long sendForAnswer(TimerCommand command) {
        if (!sendSchedule(command)) {
            return FULL;
        }
        return send(command.quiet(false).generation((int) numbers.of(writer.nextSequence())), NOW);
    }

    private long send(TimerCommand command, long deadlineNs) {
        boolean isList = CommandLayout.isList(command.type());
        boolean isScoped = !isList && command.scope() != TimerScope.HOST;
        long next = writer.nextSequence();
        if (!(isList ? replies.hasRoomForList(next) : isScoped ? replies.hasRoomForScoped(next)
                : replies.hasRoom(next))) {
            return FULL;
        }
        long sequence = writer.write(command.fields());
        if (sequence != FULL) {
            if (latest != null) {
                latest.sent(command);
            }
            if (isList) {
                replies.listSent(sequence);
            } else if (isScoped) {
                replies.scopedSent(sequence);
            }
            waker.afterCommit(sequence, deadlineNs);
        }
        return sequence;
    }

    /** After a fault in the middle of sending: whether the command of that sequence was committed all the same. */
    boolean hasSent(long sequence, TimerCommand command) {
        boolean isCommitted = writer.nextSequence() > sequence;
        if (isCommitted && latest != null) {
            // The fault may have surfaced before this; the second time it changes nothing.
            latest.sent(command.generation((int) numbers.of(sequence)));
        }
        return isCommitted;
    }
}
