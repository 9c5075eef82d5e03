package io.tickbus.publisher.timer;

/**
 * How many timers a {@link TimerEngine} keeps, held ones included.
 *
 * @param maxTimers         of all owners together, 1 to 16,777,216
 * @param maxTimersPerOwner of each owner but 0, 1 to 16,777,216; owner 0, the host itself, is bound by the first only
 */
public record TimerQuotas(int maxTimers, int maxTimersPerOwner) {
    /** The largest quota there is. */
    public static final int MOST_TIMERS = 1 << 24;
    /** Ten million timers, a million of each owner. */
    public static final TimerQuotas DEFAULT = new TimerQuotas(10_000_000, 1_000_000);

    /** Throws {@code IllegalArgumentException} for a quota that is out of range. */
    public TimerQuotas {
        check("maxTimers", maxTimers);
        check("maxTimersPerOwner", maxTimersPerOwner);
    }

    private static void check(String name, int value) {
        if (value < 1 || value > MOST_TIMERS) {
            throw new IllegalArgumentException(
                    "a quota must be 1 to " + MOST_TIMERS + " timers: " + name + "=" + value);
        }
    }
}
