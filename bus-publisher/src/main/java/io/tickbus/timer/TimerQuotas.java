// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * How many timers a {@link TimerEngine} keeps, including paused ones.
 *
 * @param maxTimers         of all owners together, 1 to 16,777,216
 * @param maxTimersPerOwner of each owner, 1 to 16,777,216; not of owner 0, the host itself
 * @param maxTimersPerUser  of all owners of one user, 1 to 16,777,216; not of the host's own user
 */
public record TimerQuotas(int maxTimers, int maxTimersPerOwner, int maxTimersPerUser) {
    /** The largest quota there is. */
    public static final int MOST_TIMERS = 1 << 24;
    /** Ten million timers; a million of each owner, five million of each other user. */
    public static final TimerQuotas DEFAULT = new TimerQuotas(10_000_000, 1_000_000, 5_000_000);
    /** Bytes of a timer, unless deadlines are chosen to waste memory. */
    private static final int BYTES_PER_TIMER = 128;

    /** Throws {@code IllegalArgumentException} for a quota that is out of range. */
    public TimerQuotas {
        check("maxTimers", maxTimers);
        check("maxTimersPerOwner", maxTimersPerOwner);
        check("maxTimersPerUser", maxTimersPerUser);
    }

    /** Quotas without a limit for users. */
    public TimerQuotas(int maxTimers, int maxTimersPerOwner) {
        this(maxTimers, maxTimersPerOwner, MOST_TIMERS);
    }

    /** These quotas, reduced to what this many bytes can store; a user's part of the whole stays the same. */
    public TimerQuotas fitting(long bytes) {
        int fitting = (int) Math.max(1, Math.min(maxTimers, bytes / BYTES_PER_TIMER));
        long ofUser = Math.max(1, (long) maxTimersPerUser * fitting / maxTimers);
        return new TimerQuotas(fitting, Math.min(maxTimersPerOwner, fitting), (int) Math.min(MOST_TIMERS, ofUser));
    }

    private static void check(String name, int value) {
        if (value < 1 || value > MOST_TIMERS) {
            throw new IllegalArgumentException(
                    "a quota must be 1 to " + MOST_TIMERS + " timers: " + name + "=" + value);
        }
    }
}
