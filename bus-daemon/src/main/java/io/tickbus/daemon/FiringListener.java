// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.SignalRecord;

/** Told of each firing of a {@link TimerLoop}, right after its signal is published. */
@FunctionalInterface
public interface FiringListener {
    /** For a loop that nobody listens to. */
    FiringListener NONE = signal -> { };

    /**
     * Timer thread: a firing is a signal now. Must not block, as every timer waits for it; may arm and cancel timers.
     * Those behind it in the same row are due by now and are published all the same.
     *
     * @param signal as it was published, but for its sequence; reused afterwards
     */
    void onPublished(SignalRecord signal);
}
