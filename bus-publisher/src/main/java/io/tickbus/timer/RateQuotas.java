// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * Limits to what a {@link TimerEngine} does in a second for one owner, and for one user, which is for all owners of the
 * user together. No limit applies to owner 0, the host itself.
 *
 * <p>A periodic timer counts by its rate, one firing per period, from arming to cancelling. A paused one counts too, so
 * that resuming it is never rejected. Armings of any kind are counted as they arrive.
 *
 * @param firingsPerOwner firings a second of an owner's periodic timers
 * @param firingsPerUser  firings a second of a user's periodic timers
 * @param armsPerOwner    armings a second of an owner
 * @param armsPerUser     armings a second of a user
 * @param armsBurst       armings that an owner or a user may send at once after a pause
 */
public record RateQuotas(int firingsPerOwner, int firingsPerUser, int armsPerOwner, int armsPerUser, int armsBurst) {
    /** The largest value of each limit, which means no limit. */
    public static final int MOST = Integer.MAX_VALUE;
    /** No limits. */
    public static final RateQuotas NONE = new RateQuotas(MOST, MOST, MOST, MOST, MOST);
    /**
     * A subscriber can follow this: the periodic timers of one user need more than 100 ms to fill a ring of 65,536
     * slots once. For armings, the host's speed is the limit rather than these numbers.
     */
    public static final RateQuotas DEFAULT = new RateQuotas(200_000, 500_000, 4_000_000, 8_000_000, 1_000_000);

    /** Throws {@code IllegalArgumentException} for a quota that is out of range. */
    public RateQuotas {
        check("firingsPerOwner", firingsPerOwner);
        check("firingsPerUser", firingsPerUser);
        check("armsPerOwner", armsPerOwner);
        check("armsPerUser", armsPerUser);
        check("armsBurst", armsBurst);
    }

    private static void check(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("a quota must be at least 1 a second: " + name + "=" + value);
        }
    }
}
