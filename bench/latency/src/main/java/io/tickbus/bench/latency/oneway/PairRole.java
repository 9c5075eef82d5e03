// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.transport.Transport;
import io.tickbus.bench.latency.transport.Transports;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/** Either process of a pair: carries its side of the plan out, a round at a time. */
abstract class PairRole implements ChildRole {
    private final OneWayPlan plan;
    private final BurstControl control;
    /** Legs of one transport at several paces share its ends. */
    private final Map<Transports, Transport> ends = new EnumMap<>(Transports.class);
    private long bursts;

    PairRole(OneWayPlan plan) throws IOException {
        this.plan = plan;
        this.control = BurstControl.open(plan.directory());
        plan.legs().forEach(leg -> ends.computeIfAbsent(leg.transport(), Transports::create));
    }

    /**
     * A round as the parent orders it.
     *
     * @param number   from 0; less for one that does not count
     * @param mode     which of the plan's modes it is
     * @param receiver the receiver's process
     */
    record Round(int number, int mode, long receiver) {
        boolean counts() {
            return number >= 0;
        }
    }

    final OneWayPlan plan() {
        return plan;
    }

    final BurstControl control() {
        return control;
    }

    final Map<Transports, Transport> ends() {
        return ends;
    }

    @Override
    public final Map<String, Object> carryOut(String order, Map<String, Object> arguments) {
        switch (order) {
            case "round" -> {
                Round round = new Round((int) JsonLines.number(arguments, "round"),
                        (int) JsonLines.number(arguments, "mode"), JsonLines.number(arguments, "receiver"));
                JsonLines.numbers(arguments, "legs").forEach(leg -> burst(++bursts, leg.intValue(), round));
                return roundResult(round);
            }
            case "count" -> {
                // One burst of each leg between marks in the trace of system calls.
                for (int leg = 0; leg < plan.legs().size(); leg++) {
                    countedBurst(++bursts, leg);
                }
                return Map.of();
            }
            case "result" -> {
                return result();
            }
            default -> throw ChildRole.unknown(order);
        }
    }

    /** One burst of a leg; burst numbers count from 1 and are the same on both sides. */
    abstract void burst(long number, int leg, Round round);

    abstract void countedBurst(long number, int leg);

    Map<String, Object> roundResult(Round round) {
        return Map.of();
    }

    abstract Map<String, Object> result();

    @Override
    public void close() {
        ends.values().forEach(Transport::close);
    }
}
