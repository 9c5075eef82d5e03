// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.wait;

import io.tickbus.core.WaitCondition;
import io.tickbus.core.WaitStrategy;

/** Sleeps in the kernel until woken. */
public final class ParkWait implements WaitStrategy {
    @Override
    public void await(WaitCondition condition, long untilNs) {
        if (!condition.isReady()) {
            condition.park(untilNs, WaitCondition.ANY_DEADLINE);
        }
    }

    @Override
    public String name() {
        return "park";
    }
}
