// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import io.tickbus.core.SignalRecord;

/**
 * Takes signals one by one.
 *
 * <p><b>Threads:</b> the one that polls. <b>Progress:</b> may block; a subscriber that falls a whole ring behind is
 * overrun.
 */
@FunctionalInterface
public interface SignalHandler {
    /**
     * Takes one signal.
     *
     * @param signal a private copy that the next call overwrites; copy what must be kept
     */
    void onSignal(SignalRecord signal);
}
