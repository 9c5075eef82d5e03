// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

/** Switches off what a daemon observes of itself, which nobody but a benchmark wants. */
public final class ObservedDaemon {
    private ObservedDaemon() {
    }

    /** Histograms, causes of late firings and the check for stalls. */
    public static void observe(TimerDaemon daemon, boolean isWanted) {
        daemon.observe(isWanted);
    }
}
