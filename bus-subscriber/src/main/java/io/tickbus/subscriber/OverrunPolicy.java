package io.tickbus.subscriber;

/**
 * Where a subscriber goes on after the publisher has overwritten what it wanted to read. The loss is reported first.
 */
public enum OverrunPolicy {
    /** At the oldest signal that is still there. */
    OLDEST,
    /** At the next signal to come. */
    NEWEST,
    /** Nowhere: {@code poll} throws, each time, a {@code BusException} of reason OVERRUN. */
    FAIL
}
