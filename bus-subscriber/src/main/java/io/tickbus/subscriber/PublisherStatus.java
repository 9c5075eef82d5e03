package io.tickbus.subscriber;

/** The condition of a bus's publisher, as a subscriber sees it. */
public enum PublisherStatus {
    /** It gives signs of life. */
    ALIVE,
    /** It holds its lock but gives no signs of life: stopped, suspended, or starved of CPU. */
    STALLED,
    /** It is gone without having closed the bus: killed, or crashed. */
    DEAD,
    /** It closed the bus in order. */
    CLOSED
}
