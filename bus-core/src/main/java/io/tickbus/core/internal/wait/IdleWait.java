// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.wait;

import io.tickbus.core.WaitCondition;
import io.tickbus.core.WaitStrategy;
import org.agrona.concurrent.IdleStrategy;

/** Idles as an Agrona strategy does until the condition is ready. */
public final class IdleWait implements WaitStrategy {
    private final String name;
    private final IdleStrategy strategy;

    public IdleWait(String name, IdleStrategy strategy) {
        this.name = name;
        this.strategy = strategy;
    }

    @Override
    public void await(WaitCondition condition, long untilNs) {
        strategy.reset();
        while (!condition.isReady() && System.nanoTime() < untilNs) {
            strategy.idle();
        }
    }

    @Override
    public String name() {
        return name;
    }
}
