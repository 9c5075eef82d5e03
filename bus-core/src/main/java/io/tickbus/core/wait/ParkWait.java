package io.tickbus.core.wait;

/** Sleeps in the kernel until woken. */
final class ParkWait implements WaitStrategy {
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
