// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.BenchOptions.Only;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Those that take part in a scenario: Tickbus, other timers in JVMs of their own, and what is installed here. */
final class Peers {
    private final BenchHarness harness;
    private final Only only;
    private final List<Peer> peers = new ArrayList<>();

    Peers(BenchHarness harness, Only only) {
        this.harness = harness;
        this.only = only;
    }

    Peers tickbus(Map<String, Object> settings) throws IOException {
        if (only.includes("tickbus")) {
            peers.add(TickbusPeer.start(harness, settings));
        }
        return this;
    }

    Peers inJvm(List<String> names) throws IOException {
        for (String name : names) {
            if (only.includes(name)) {
                peers.add(JvmPeer.start(harness, name));
            }
        }
        return this;
    }

    Peers cyclictest() {
        if (only.includes("cyclictest")) {
            CyclictestPeer.find(harness).ifPresentOrElse(peers::add, () -> harness.report().leaveOut("cyclictest",
                    "there is no such program on the PATH (package rt-tests)"));
        }
        return this;
    }

    Peers go(RateMode... rateModes) throws InterruptedException {
        for (RateMode rateMode : rateModes) {
            if (only.includes(GoPeer.name(rateMode))) {
                GoPeer.build(harness, rateMode).ifPresent(peers::add);
            }
        }
        return this;
    }

    /** All of them; with none at all the names were wrong. */
    List<Peer> all() {
        if (peers.isEmpty()) {
            throw only.nobody();
        }
        return peers;
    }
}
