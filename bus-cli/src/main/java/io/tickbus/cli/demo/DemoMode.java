// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.demo;

/** What the subscriber does in one slice of the demo's time. */
enum DemoMode {
    PREDICTIVE("predictive"),
    SPIN("spin"),
    PARK("park"),
    /** The publisher also sends SIGUSR1, and the subscriber waits for that in sigtimedwait. */
    KILL("kill-sigwait"),
    /** The subscriber only spins on the clock and notes what the host takes away. */
    HICCUP("hiccup");

    private final String label;

    DemoMode(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
