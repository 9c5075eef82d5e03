// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.posix.ClockId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClockCostTest {
    @Test
    void shouldMeasureWhatEachReadCosts() {
        FakeHost.assumeLinux();
        List<ClockCost> costs = ClockCost.measureAll();
        assertEquals(ClockId.values().length + 3, costs.size());
        for (ClockCost cost : costs) {
            assertTrue(cost.medianNs() > 0, cost::toString);
        }
    }
}
