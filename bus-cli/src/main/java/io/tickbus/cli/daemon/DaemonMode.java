package io.tickbus.cli.daemon;

import io.tickbus.core.wait.WaitStrategy;
import java.util.Locale;

/** How the daemon waits for its next deadline. */
enum DaemonMode {
    /** Looks at the clock all the time: a whole core. */
    SPIN,
    /** Sleeps until shortly before the deadline and spins from there. */
    HYBRID,
    /** Sleeps until the kernel wakes it: no spinning, and the kernel's wake-up time on top. */
    PARK;

    WaitStrategy waitStrategy() {
        return switch (this) {
            case SPIN -> WaitStrategy.spin();
            case HYBRID -> WaitStrategy.predictive();
            case PARK -> WaitStrategy.park();
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
