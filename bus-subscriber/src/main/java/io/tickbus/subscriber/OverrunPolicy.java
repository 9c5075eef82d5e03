// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

/**
 * Where a subscriber continues after the publisher has overwritten what it was to read. The loss is reported first.
 */
public enum OverrunPolicy {
    /** At the oldest signal that is still in the ring. */
    OLDEST,
    /** At the next signal to be published. */
    NEWEST,
    /** Nowhere: {@code poll} throws, each time, a {@code BusException} of reason OVERRUN. */
    FAIL
}
