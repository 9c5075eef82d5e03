package io.tickbus.publisher.daemon;

import java.util.Locale;

/** How the daemon waits for its next deadline. */
public enum DaemonMode {
    /** Looks at the clock and the clients all the time: a whole core. */
    SPIN("spin"),
    /** Sleeps until shortly before the deadline and spins from there; the guard calibrates itself. */
    HYBRID("predictive"),
    /** Sleeps until the kernel wakes it: no spinning, and the kernel's wake-up time on top. */
    PARK("park"),
    /** As park, and lets firings wait for each other within a slack that grows with each timer's delay. */
    ECO("park");

    private final String waiting;

    DaemonMode(String waiting) {
        this.waiting = waiting;
    }

    /** Name of the wait strategy, as {@link io.tickbus.core.wait.WaitStrategy#named} takes it. */
    public String waiting() {
        return waiting;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
