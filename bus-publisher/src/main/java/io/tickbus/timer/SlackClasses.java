// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * How long all pending timers together can wait: an eighth of a timer's delay, rounded down to a power of two. Timers
 * are counted by that power, so arming and firing update one count each, and the shortest slack is the lowest set bit.
 */
final class SlackClasses {
    private static final int SHARE_SHIFT = 3;

    private final int[] counts = new int[Long.SIZE];
    private long occupied;

    /** 0 for a delay of less than 8 ns, or in the past: no slack; n for a slack of 2^(n−1) ns; at most 61. */
    static int classOf(long delayNs) {
        return delayNs <= 0 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(delayNs >>> SHARE_SHIFT);
    }

    static long slackNs(int slackClass) {
        return slackClass == 0 ? 0 : 1L << (slackClass - 1);
    }

    /** The slack of one timer, at most {@code maxNs}. */
    static long slackNs(int slackClass, long maxNs) {
        return Math.min(slackNs(slackClass), maxNs);
    }

    void add(int slackClass) {
        counts[slackClass]++;
        occupied |= 1L << slackClass;
    }

    void remove(int slackClass) {
        if (--counts[slackClass] == 0) {
            occupied &= ~(1L << slackClass);
        }
    }

    /** The shortest slack of all timers, at most {@code maxNs}, which is also the result without timers. */
    long shortestNs(long maxNs) {
        return occupied == 0 ? maxNs : Math.min(maxNs, slackNs(Long.numberOfTrailingZeros(occupied)));
    }
}
