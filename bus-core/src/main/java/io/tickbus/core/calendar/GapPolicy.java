// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

/** What happens to a local time that a day does not have, because its clocks are set forward. */
public enum GapPolicy {
    /**
     * Fires once when the clocks are set forward, however many times are missing then, as Vixie's cron does. Where
     * nobody chooses a policy, an expression whose hours or minutes begin with a star is left out instead, as there.
     */
    AT_TRANSITION,
    /** Does not fire. */
    SKIP,
    /** Fires as much later as the clocks are set forward by: 02:30 becomes 03:30. */
    SHIFT
}
