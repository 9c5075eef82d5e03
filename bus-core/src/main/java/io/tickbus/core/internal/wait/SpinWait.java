// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.wait;

import io.tickbus.core.WaitCondition;
import io.tickbus.core.WaitStrategy;

/** Polls the condition, and reads the clock once every few polls. */
public final class SpinWait implements WaitStrategy {
    private static final int POLLS_PER_CLOCK_READ = 64;

    @Override
    public void await(WaitCondition condition, long untilNs) {
        do {
            for (int i = 0; i < POLLS_PER_CLOCK_READ; i++) {
                if (condition.isReady()) {
                    return;
                }
                Thread.onSpinWait();
            }
        } while (System.nanoTime() < untilNs);
    }

    @Override
    public String name() {
        return "spin";
    }
}
