package io.tickbus.core.internal.wait;

import io.tickbus.core.SignalGate;
import io.tickbus.core.WaitStrategy;

/** Sleeps in the kernel until woken. */
public final class ParkWait implements WaitStrategy {
    @Override
    public void await(SignalGate gate, long untilNs) {
        if (!gate.isOpen()) {
            gate.park(untilNs, SignalGate.ANY_DEADLINE);
        }
    }

    @Override
    public String name() {
        return "park";
    }
}
