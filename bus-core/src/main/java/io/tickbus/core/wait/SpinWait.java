package io.tickbus.core.wait;

/** Looks at the gate again and again; asks the clock only every few looks. */
final class SpinWait implements WaitStrategy {
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
