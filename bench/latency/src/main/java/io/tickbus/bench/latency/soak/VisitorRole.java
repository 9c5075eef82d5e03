// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.soak;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.core.BusDirectory;
import java.nio.file.Path;
import java.util.Map;

/** A client in a process of its own, which is killed. */
final class VisitorRole implements ChildRole {
    private final Visitor visitor;

    VisitorRole(Map<String, Object> settings) {
        BusDirectory bus = BusDirectory.at(Path.of((String) settings.get("directory")), (String) settings.get("bus"));
        visitor = Visitor.arrive(bus, JsonLines.number(settings, "seed"),
                (int) JsonLines.number(settings, "periodic"));
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) {
        visitor.visit();
        return Map.of();
    }
}
