// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/** Arithmetic on times that saturates instead of overflowing. */
final class Saturating {
    /** A deadline that never comes. */
    static final long NEVER_NS = Long.MAX_VALUE - 1;

    private Saturating() {
    }

    /** The sum of a time and a distance; {@link #NEVER_NS} if that exceeds the largest time. */
    static long deadlineNs(long timeNs, long distanceNs) {
        long sum = timeNs + distanceNs;
        return Math.min(((timeNs ^ sum) & (distanceNs ^ sum)) < 0 ? limit(timeNs) : sum, NEVER_NS);
    }

    static long difference(long a, long b) {
        long difference = a - b;
        return ((a ^ b) & (a ^ difference)) < 0 ? limit(a) : difference;
    }

    /** The product of two numbers that are not negative. */
    static long product(long a, long b) {
        return Math.multiplyHigh(a, b) != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
    }

    private static long limit(long sign) {
        return sign < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
}
