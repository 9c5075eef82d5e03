// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import java.util.concurrent.TimeUnit;

/** Checks every field of a command. Clients write commands, so nothing in one is trusted before. */
final class CommandCheck {
    static final long SHORTEST_PERIOD_NS = TimeUnit.MICROSECONDS.toNanos(1);
    /** A hundred years of 365 days. */
    static final long FARTHEST_NS = TimeUnit.DAYS.toNanos(36_500);
    static final int LARGEST_CAP = 1_000_000;
    /** A schedule begins no longer ago: its occurrences since then are counted when it fires. */
    static final long LONGEST_AGO_NS = TimeUnit.DAYS.toNanos(366);

    private static final int ARM_FLAGS =
            CommandLayout.FLAG_KEEP_ON_DEATH | CommandLayout.FLAG_CALENDAR | Durability.FLAGS;

    private CommandCheck() {
    }

    /** Why the command is invalid, or {@link ReplyReason#NONE}. */
    static ReplyReason reasonAgainst(TimerCommand command, long nowNs) {
        return switch (command.type()) {
            case CommandLayout.TYPE_ARM -> reasonAgainstArming(command, nowNs);
            case CommandLayout.TYPE_CANCEL, CommandLayout.TYPE_PAUSE, CommandLayout.TYPE_RESUME ->
                    command.flags() == 0 ? ReplyReason.NONE : ReplyReason.UNKNOWN_FLAG;
            default -> ReplyReason.UNKNOWN_TYPE;
        };
    }

    private static ReplyReason reasonAgainstArming(TimerCommand command, long nowNs) {
        if ((command.flags() & ~ARM_FLAGS) != 0 || (command.flags() & Durability.FLAGS) == Durability.FLAGS) {
            return ReplyReason.UNKNOWN_FLAG;
        }
        long deadlineNs = command.deadlineNs();
        if (deadlineNs < 0 || Saturating.difference(deadlineNs, nowNs) > FARTHEST_NS) {
            return ReplyReason.BAD_DEADLINE;
        }
        long periodNs = command.periodNs();
        boolean isSchedule = periodNs < 0 && (command.flags() & CommandLayout.FLAG_CALENDAR) != 0;
        if (periodNs != 0 && !isSchedule && (periodNs < SHORTEST_PERIOD_NS || periodNs > FARTHEST_NS)) {
            return ReplyReason.BAD_PERIOD;
        }
        if (isSchedule && deadlineNs != 0 && Saturating.difference(nowNs, deadlineNs) > LONGEST_AGO_NS) {
            return ReplyReason.BAD_DEADLINE;
        }
        MisfirePolicy policy = MisfirePolicy.of(command.misfireCode());
        // The journal's format knows no numbered timers: their series is of whoever arms them.
        boolean isNumbered = command.isNumbered() && periodNs == 0 && command.durability() == Durability.NONE;
        if (policy == null && !isNumbered) {
            return ReplyReason.BAD_MISFIRE_POLICY;
        }
        long cap = command.catchUpCap();
        if (policy == MisfirePolicy.FIRE_ALL && (cap < 1 || cap > LARGEST_CAP)) {
            return ReplyReason.BAD_CAP;
        }
        if (policy == MisfirePolicy.SKIP && periodNs != 0 && command.graceUs() == 0) {
            return ReplyReason.BAD_GRACE;
        }
        boolean isTooLong = command.payloadLength() > SignalRecordLayout.MAX_PAYLOAD_LENGTH;
        return isTooLong ? ReplyReason.BAD_PAYLOAD : ReplyReason.NONE;
    }
}
