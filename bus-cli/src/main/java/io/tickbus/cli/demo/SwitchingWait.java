package io.tickbus.cli.demo;

import io.tickbus.core.wait.PredictiveWait;
import io.tickbus.core.wait.SignalGate;
import io.tickbus.core.wait.WaitStrategy;

/** Waits one way now and another way in the next slice. */
final class SwitchingWait implements WaitStrategy {
    private final WaitStrategy spin = WaitStrategy.spin();
    private final WaitStrategy park = WaitStrategy.park();
    private final PredictiveWait predictive = WaitStrategy.predictive();
    private WaitStrategy current = park;

    void use(DemoMode mode) {
        current = switch (mode) {
            case PREDICTIVE -> predictive;
            case SPIN -> spin;
            case PARK, KILL, HICCUP -> park;
        };
    }

    PredictiveWait predictive() {
        return predictive;
    }

    @Override
    public void await(SignalGate gate, long untilNs) {
        current.await(gate, untilNs);
    }

    @Override
    public String name() {
        return current.name();
    }
}
