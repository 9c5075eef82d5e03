// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Payload;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.TimeText;
import io.tickbus.cluster.aeron.ArmReply;
import io.tickbus.cluster.aeron.ClusterTimers;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.IntentResult;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.timer.MisfirePolicy;
import java.util.ArrayList;
import java.util.List;

/** {@code tickbus cluster arm}: arms a timer of all hosts. */
final class ClusterArmCommand implements Command {
    private static final int MAX_PAYLOAD = 4;
    private static final long NS_PER_US = 1_000;

    /** The hosts that fire. */
    enum Scope { EVERYWHERE, ONCE }

    /** What a deadline means where the clock may be wrong. */
    enum Mode { AT, NOT_BEFORE }

    private final MembersOption members;
    private final Option<Long> key;
    private final Option<Integer> signalId;
    private final Option<Long> in;
    private final Option<TimeText> at;
    private final Option<Long> every;
    private final Option<Long> count;
    private final Option<Scope> scope;
    private final Option<Mode> mode;
    private final Option<Boolean> lease;
    private final Option<Boolean> boundRequired;
    private final Option<Long> standby;
    private final Option<MisfirePolicy> misfire;
    private final Option<Long> grace;
    private final Option<Payload> payload;
    private final OutputOptions output;

    ClusterArmCommand(CommandSpec command) {
        key = command.option("--key", "KEY", IntegerText::toLong, "The timer's key; arming it again replaces it.")
                .required();
        signalId = command.option("--signal", "ID", IntegerText::toInt, "What its signals mean.").required();
        in = command.duration("--in", "Due after this time.");
        at = command.option("--at", "TIME", TimeText::parse, "Due at a time of day, such as " + TimeText.EXAMPLES
                + ".");
        every = command.duration("--every", "Due again and again, at least 1 ms apart, or 1 s with --scope once.");
        count = command.option("--count", "N", IntegerText::toLong, "How often, with --every; else without end.");
        scope = command.choice("--scope", Scope.class, "Whether each host fires, or one.").standard("everywhere");
        mode = command.choice("--mode", Mode.class, "With not-before it fires when the time has come by every clock "
                + "that is right within its error.").standard("at");
        lease = command.flag("--lease", "With --scope once: rather no firing than one that may be a second one.");
        boundRequired = command.flag("--require-bound", "Refuse it while a host does not know the error of its clock.");
        standby = command.duration("--standby", "With --scope once: how much longer each further host waits for the "
                + "news of the firing; default 20ms.");
        misfire = command.choice("--misfire", MisfirePolicy.class, "What becomes of occurrences that a host could not "
                + "fire within the grace.").standard("fire-once");
        grace = command.duration("--grace", "How late is not too late.").standard("1ms");
        payload = command.option("--payload", "TEXT|0xHEX", Payload::parse, "At most 4 bytes; the rest of a signal's "
                + "12 says which term, clock error and rank a firing has.");
        members = MembersOption.ofClient(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus cluster arm --key 7 --signal 42 --in 5s
                  tickbus cluster arm --key 8 --signal 43 --at 2026-12-01T12:00:00Z --scope once
                  tickbus cluster arm --key 9 --signal 44 --every 1s --mode not-before

                What is armed is in the log of a majority when the answer comes; the answer says how much time is
                left at each host. Exit code 1 when it is refused.""");
    }

    @Override
    public int run() {
        IntentSpec spec = spec();
        try (ClusterTimers timers = members.connect()) {
            ArmReply reply = timers.arm(spec);
            IntentResult refusal = reply.refused().get(0);
            List<Report> slack = new ArrayList<>();
            for (Host host : timers.status().membership().hosts()) {
                if (reply.lagNs().containsKey(host.number())) {
                    slack.add(new Report().with("host", host.name())
                            .with("slackNs", reply.slackNs(host.number(), spec.firstUtcNs())));
                }
            }
            long leastNs = reply.leastSlackNs(spec.firstUtcNs());
            Report report = new Report().with("key", Long.toString(spec.key()))
                    .with("result", (refusal == null ? IntentResult.ARMED : refusal).name())
                    .with("dueUtcNs", spec.firstUtcNs()).with("position", reply.position())
                    .with("leastSlackNs", leastNs).with("hosts", slack);
            output.print(report, refusal != null ? "refused: " + ClusterText.reason(refusal)
                    : "armed key " + spec.key() + " for " + ClusterText.time(spec.firstUtcNs()) + ": "
                    + (leastNs < 0 ? "the last host learns of it " + DurationText.format(-leastNs) + " too late"
                    : "every host knows it " + DurationText.format(leastNs) + " before"));
            return refusal == null ? Tickbus.DONE : Tickbus.FAILED;
        }
    }

    private IntentSpec spec() {
        boolean isNever = !in.isGiven() && !at.isGiven() && !every.isGiven();
        if (isNever || (in.isGiven() && at.isGiven())) {
            throw new IllegalArgumentException("say when it is due: either --in or --at, or --every alone");
        }
        long nowNs = ClusterText.utcNowNs();
        long firstNs = at.isGiven() ? at.get().saturatedNs() : nowNs + (in.isGiven() ? in.get() : every.get());
        IntentSpec spec = IntentSpec.everywhere(key.get(), signalId.get(), firstNs)
                .withPolicy(misfire.get(), (int) Math.min(Integer.MAX_VALUE, grace.get() / NS_PER_US))
                .withFlags((scope.get() == Scope.ONCE ? IntentSpec.ONCE : 0)
                        | (mode.get() == Mode.NOT_BEFORE ? IntentSpec.NOT_BEFORE : 0)
                        | (lease.isGiven() ? IntentSpec.LEASE : 0)
                        | (boundRequired.isGiven() ? IntentSpec.BOUND_REQUIRED : 0));
        spec = every.isGiven() ? spec.withPeriod(every.get(), count.or(0L)) : spec;
        spec = standby.isGiven() ? spec.withStandby(standby.get()) : spec;
        return payload.isGiven() ? withPayload(spec) : spec;
    }

    private IntentSpec withPayload(IntentSpec spec) {
        SignalRecord signal = payload.get().putInto(new SignalRecord());
        if (signal.payloadLength() > MAX_PAYLOAD) {
            throw new IllegalArgumentException("a timer of all hosts has at most 4 bytes of payload: bytes="
                    + signal.payloadLength());
        }
        return spec.withPayload((int) signal.payloadLong(), signal.payloadLength());
    }

}
