// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PeriodText;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.core.timer.TimerScope;
import java.util.Locale;

/**
 * The result of a command about one timer: the daemon's reply, as it is printed.
 *
 * @param expected the code that means success
 * @param scope    of the timer
 * @param nowNs    when it came
 */
record CommandResult(TimerReply reply, ReplyCode expected, TimerScope scope, long nowNs) {
    boolean isDone() {
        return reply.code() == expected;
    }

    /** Prints what was done, or why it was refused, as one of several results or alone; returns the exit code. */
    int print(OutputOptions output, boolean isStream) {
        if (!isDone() && !output.isJson()) {
            output.say("the timer of key " + reply.key() + ": " + refusal());
        } else if (isStream) {
            output.printLine(report(), text());
        } else {
            output.print(report(), text());
        }
        return isDone() ? Tickbus.DONE : Tickbus.FAILED;
    }

    Report report() {
        return new Report().with("code", reply.code().name())
                .with("reason", reply.reason() == ReplyReason.NONE ? null : reply.reason().name())
                .with("key", Long.toString(reply.key())).with("owner", reply.owner())
                .with("signalId", reply.signalId())
                .with("generation", reply.code() == ReplyCode.ARMED
                        ? Integer.toUnsignedLong((int) reply.commandSequence()) : null)
                .with("deadlineNs", hasDeadline() ? reply.deadlineNs() : null)
                .with("dueInNs", hasDeadline() ? reply.deadlineNs() - nowNs : null)
                .with("periodNs", PeriodText.nsOrNull(reply.periodNs())).with("signalSequence", reply.signalSequence())
                .with("scope", isOfCluster() ? scope.name() : null)
                .with("slackNs", isOfCluster() && hasDeadline() ? reply.detail() : null)
                .with("mayHaveFiredOn", isOfCluster() && reply.code() == ReplyCode.CANCELLED ? reply.detail() : null);
    }

    private boolean isOfCluster() {
        return scope != TimerScope.HOST;
    }

    private boolean hasDeadline() {
        return reply.code() == ReplyCode.ARMED || reply.code() == ReplyCode.RESUMED;
    }

    /** {@code armed key 7 of owner 1: signal 42, due in 5 s, every 1 s}. */
    private String text() {
        long delayNs = reply.deadlineNs() - nowNs;
        String due = !hasDeadline() ? "" : delayNs > 0 ? ", due in " + DurationText.format(delayNs) : ", due at once";
        return reply.code().name().toLowerCase(Locale.ROOT) + " key " + reply.key() + " of owner " + reply.owner()
                + ": signal " + reply.signalId() + due
                + (reply.periodNs() > 0 ? ", every " : ", ") + PeriodText.format(reply.periodNs())
                + (isOfCluster() ? scopeText() : "");
    }

    private String scopeText() {
        if (hasDeadline()) {
            return ", " + (scope == TimerScope.ONCE ? "once in" : "everywhere in") + " the cluster; "
                    + (reply.detail() < 0 ? "the last host will have learned of it " + DurationText.format(
                    -reply.detail()) + " too late" : "all hosts know of it " + DurationText.format(reply.detail())
                    + " before it is due");
        }
        return reply.detail() == 0 ? "; no host fires it any more"
                : "; may have fired all the same, hosts: " + (reply.detail() < 0 ? "any" : reply.detail());
    }

    private String refusal() {
        return switch (reply.code()) {
            case ALREADY_FIRED -> "it has fired already, as signal " + reply.signalSequence()
                    + "; see what is armed with 'tickbus list'";
            case UNKNOWN -> isOfCluster() ? "the cluster has none of that key and client name; see 'tickbus cluster "
                    + "list'" : "owner " + reply.owner() + " has none of that key; see what is armed, and whose, with "
                    + "'tickbus list --all'";
            case FULL -> reply.reason().sentence() + switch (reply.reason()) {
                case JOURNAL_UNAVAILABLE ->
                        "; see the daemon's log, and try again when there is room on the journal's disk";
                case CLUSTER_FULL -> "; cancel some, or try again later";
                default -> "; cancel some, or raise the daemon's quota";
            };
            case INVALID -> reply.reason() == ReplyReason.CLOSED
                    ? "there is no owner " + reply.owner() + "; see whose timers there are with 'tickbus list --all'"
                    : "the daemon refuses the command, " + reply.reason().sentence() + "; see --help";
            case UNCERTAIN -> "the cluster has not answered in time, so it may or may not be carried out; see "
                    + "'tickbus cluster status', then 'tickbus cluster explain " + reply.key() + "'";
            default -> "the daemon's answer " + reply.code() + " does not fit the command; are both of one version?";
        };
    }
}
