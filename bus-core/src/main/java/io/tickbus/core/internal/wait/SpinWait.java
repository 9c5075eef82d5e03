package io.tickbus.core.internal.wait;

import io.tickbus.core.SignalGate;
import io.tickbus.core.WaitStrategy;

/** Looks at the gate again and again; asks the clock only every few looks. */
public final class SpinWait implements WaitStrategy {
    private static final int LOOKS_PER_CLOCK_READ = 64;

    @Override
    public void await(SignalGate gate, long untilNs) {
        do {
            for (int look = 0; look < LOOKS_PER_CLOCK_READ; look++) {
                if (gate.isOpen()) {
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
