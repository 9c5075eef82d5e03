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
            case "round" -> round((int) JsonLines.number(arguments, "round"), arguments);
            case "count" -> count();
            case "result" -> {
                return result();
            }
            default -> throw ChildRole.unknown(order);
        }
        return Map.of();
    }

    private void round(int round, Map<String, Object> arguments) {
        for (int i = 0; i < plan.legs().size(); i++) {
            int index = plan.legAt(round, i);
            Leg leg = plan.legs().get(index);
            if (leg.isIn(round)) {
                burst(++bursts, index, round, arguments);
            }
        }
        afterRound(round);
    }

    /** One burst of each leg between marks in the trace of system calls. */
    private void count() {
        for (int i = 0; i < plan.legs().size(); i++) {
            countedBurst(++bursts, i);
        }
    }

    /** One burst of a leg; burst numbers count from 1 and are the same on both sides. */
    abstract void burst(long number, int leg, int round, Map<String, Object> arguments);

    abstract void countedBurst(long number, int leg);

    void afterRound(int round) {
        // The sender has nothing to do.
    }

    abstract Map<String, Object> result();

    @Override
    public void close() {
        ends.values().forEach(Transport::close);
    }
}
