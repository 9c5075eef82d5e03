package io.tickbus.publisher.timer;

/** Arithmetic on times that stays at the limits where it would pass them. */
final class Saturating {
    private Saturating() {
    }

    static long sum(long a, long b) {
        long sum = a + b;
        return ((a ^ sum) & (b ^ sum)) < 0 ? limit(a) : sum;
    }

    static long difference(long a, long b) {
        long difference = a - b;
        return ((a ^ b) & (a ^ difference)) < 0 ? limit(a) : difference;
    }

    /** Of two that are not negative. */
    static long product(long a, long b) {
        return Math.multiplyHigh(a, b) != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
    }

    private static long limit(long sign) {
        return sign < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
}
