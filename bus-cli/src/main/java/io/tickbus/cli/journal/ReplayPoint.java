// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.journal;

import io.tickbus.cli.TimeText;
import io.tickbus.core.internal.IntegerText;

/** Where a replay begins or ends: a sequence, or a time. */
record ReplayPoint(Long sequence, Long realtimeNs) {
    static ReplayPoint parse(String text) {
        return text.matches("[0-9]+") ? new ReplayPoint(IntegerText.toLong(text), null)
                : new ReplayPoint(null, TimeText.parse(text).saturatedNs());
    }

    /** Whether a signal is before this. */
    boolean isAfter(long ofSequence, long ofRealtimeNs) {
        return sequence != null ? ofSequence < sequence : ofRealtimeNs < realtimeNs;
    }
}
