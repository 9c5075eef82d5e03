// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

/** When to fire at a local time that a day has twice, because its clocks are set back. */
public enum OverlapPolicy {
    /**
     * The first time only. Where nobody chooses a policy, an expression whose hours or minutes begin with a star fires
     * both times, as Vixie's cron does: else it would be silent for an hour.
     */
    FIRST,
    /** The second time only. */
    SECOND,
    /** Both times. */
    BOTH
}
