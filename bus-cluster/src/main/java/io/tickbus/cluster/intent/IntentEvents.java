// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

/** What the commands of the log do, told in their order. */
public interface IntentEvents {
    /** Nobody listens. */
    IntentEvents NONE = new IntentEvents() {
    };

    /** A timer was armed; {@code replaced} is the earlier one of its key, or null. */
    default void onArmed(Intent intent, Intent replaced) {
    }

    /** A timer was cancelled. */
    default void onCancelled(Intent intent) {
    }

    /** A host fired a range of occurrences as one; {@code isNew} is false if all of them had been fired before. */
    default void onFired(Intent intent, long first, long last, int host, boolean isNew) {
    }

    /** A timer was removed, as its last occurrence is long past. */
    default void onExpired(Intent intent) {
    }

    /** A cancelled timer cannot be asked about any more, or its key was armed once more with the same generation. */
    default void onForgotten(CancelledIntent cancelled) {
    }

    /** A host joined, changed its state, or left. */
    default void onHost(Host host) {
    }

    /** The result of each command; called after the others. {@code number} is that of an owner or a host, or 0. */
    default void onResult(byte type, IntentResult result, int number) {
    }
}
