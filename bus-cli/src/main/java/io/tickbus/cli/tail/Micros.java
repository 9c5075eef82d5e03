package io.tickbus.cli.tail;

/** Prints nanoseconds as microseconds, {@code 12.345}, without allocating. */
final class Micros {
    private static final int NS_PER_US = 1000;
    private static final int NS_DIGITS = 3;

    private Micros() {
    }

    static void put(LineBuffer out, long ns) {
        if (ns < 0) {
            out.put('-');
        }
        long magnitude = Math.abs(ns);
        out.put(magnitude / NS_PER_US).put('.').putDigits(magnitude % NS_PER_US, NS_DIGITS);
    }

    /** Only where the time was measured: what came before this reader was not seen when it was published. */
    static void putUnlessBacklog(LineBuffer out, Sighting sighting, long ns) {
        if (sighting.isBacklog()) {
            out.put('-');
        } else {
            put(out, ns);
        }
    }
}
