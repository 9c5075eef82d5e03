// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

/** The state of a bus's publisher, as a subscriber sees it. */
public enum PublisherStatus {
    /** It keeps its heartbeat. */
    ALIVE,
    /** It owns its lock but gives no sign of life: stopped, suspended, or starved of CPU. */
    STALLED,
    /** It is gone without having closed the bus: killed, or crashed. */
    DEAD,
    /** It shut down cleanly. */
    CLOSED
}
