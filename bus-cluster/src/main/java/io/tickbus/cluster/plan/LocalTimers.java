// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.plan;

import io.tickbus.cluster.intent.Intent;

/** What the plan wants of the host's daemon. */
public interface LocalTimers {
    /** Arms a firing; no other of the same intent is armed. */
    void arm(Firing firing);

    /** Cancels what is armed of an intent. It may have fired already. */
    void cancel(Firing firing);

    /** Cancels what is armed, and says so by {@link FiringPlan#onRevoked} when it cannot fire any more, or has. */
    void revoke(Firing firing);

    /** A firing that may have happened after its intent was cancelled, as the host had not applied that yet. */
    void firedAfterCancel(Firing firing);

    /** These occurrences do not fire on this host, as its policy or its lease forbids it, or they are too old. */
    void missed(Intent intent, long first, long last);
}
