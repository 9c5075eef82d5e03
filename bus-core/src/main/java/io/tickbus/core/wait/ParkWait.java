package io.tickbus.core.wait;

/** Sleeps in the kernel until woken. */
final class ParkWait implements WaitStrategy {
    @Override
    public void await(SignalGate gate, long untilNs) {
        if (!gate.isOpen()) {
            gate.park(untilNs, Long.MIN_VALUE);
        }
    }

    @Override
    public String name() {
        return "park";
    }
}
