// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.SignalRecord;

/** The fields of a firing that tests check. */
record Firing(int owner, int signalId, long key, long deadlineNs, int flags, int occurrence, int missed) {
    static final int LATE = 0x01;
    static final int COALESCED = 0x02;
    static final int LAST = 0x10;

    Firing(SignalRecord signal) {
        this(signal.owner(), signal.signalId(), signal.key(), signal.deadlineNs(), signal.flags(), signal.occurrence(),
                signal.missed());
    }

    boolean is(int flag) {
        return (flags & flag) != 0;
    }
}
