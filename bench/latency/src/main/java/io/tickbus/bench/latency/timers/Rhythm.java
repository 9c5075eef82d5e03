package io.tickbus.bench.latency.timers;

/** How a periodic timer finds its next deadline. */
enum Rhythm {
    /** The anchor plus a whole number of periods, however late the last firing was. */
    FIXED_RATE(""),
    /** One period after the last firing: each lateness stays for ever. */
    FIXED_DELAY("-fixed-delay");

    private final String suffix;

    Rhythm(String suffix) {
        this.suffix = suffix;
    }

    /** What a contender's name ends with. */
    String suffix() {
        return suffix;
    }

    static Rhythm of(String contender) {
        return contender.endsWith(FIXED_DELAY.suffix) ? FIXED_DELAY : FIXED_RATE;
    }
}
