// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusException;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdleStatesTest {
    @Test
    void shouldSayWhyRowsAreMissingWhereTheDeviceCannotBeOpened() {
        BenchReport report = new BenchReport("rows");
        assertEquals(List.of(IdleStates.ALLOWED), IdleStates.here(report, () -> {
            throw new BusException(BusException.Reason.SYSTEM, "asking for an idle latency", "permission denied",
                    "run it as root");
        }));
        assertTrue(report.isLeftOut("each row with idle states forbidden"));
    }
}
