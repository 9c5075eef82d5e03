// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.SignalRecord;
import java.util.ArrayList;
import java.util.List;

/** A handler that records its firings and numbers them from 0. */
final class FiringLog implements FiringHandler {
    private final List<Firing> firings = new ArrayList<>();
    private final List<Integer> generations = new ArrayList<>();
    private long nextSequence;

    @Override
    public long fire(SignalRecord firing) {
        firings.add(new Firing(firing));
        generations.add(firing.generation());
        return nextSequence++;
    }

    List<Firing> firings() {
        return firings;
    }

    /** The generations of all firings, in their order. */
    List<Integer> generations() {
        return generations;
    }

    @Override
    public long nextSequence() {
        return nextSequence;
    }

    /** Fires all due timers, a few at a time. */
    List<Firing> expireAll(TimerEngine engine, long nowNs, int limit) {
        firings.clear();
        generations.clear();
        int fired = engine.expire(nowNs, limit, this);
        while (fired > 0 || engine.nextDeadlineNs() <= nowNs) {
            fired = engine.expire(nowNs, limit, this);
        }
        return List.copyOf(firings);
    }
}
