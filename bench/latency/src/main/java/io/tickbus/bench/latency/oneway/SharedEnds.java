package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.transport.Transport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Legs of one transport at several paces share its ends. */
final class SharedEnds {
    private SharedEnds() {
    }

    /** The end that an earlier leg of the same transport has, or a new one. */
    static Transport make(OneWayPlan plan, List<Transport> made, Leg leg) {
        for (int i = 0; i < made.size(); i++) {
            if (plan.legs().get(i).transport() == leg.transport()) {
                return made.get(i);
            }
        }
        return leg.transport().make();
    }

    static List<Transport> distinct(List<Transport> transports) {
        Set<Transport> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Transport> distinct = new ArrayList<>();
        for (Transport transport : transports) {
            if (seen.add(transport)) {
                distinct.add(transport);
            }
        }
        return distinct;
    }
}
