package io.tickbus.timer;

/**
 * How much a {@link TimerEngine} does in a second for one owner, and for one user, that is for all owners of a user
 * together. Owner 0, the host itself, is bound by none of it.
 *
 * <p>Periodic timers count by the sum of their rates, one firing per period, from arming to cancelling: a paused one
 * too, so that resuming it is never refused. Armings of any kind are counted as they come.
 *
 * @param firingsPerOwner firings a second of an owner's periodic timers
 * @param firingsPerUser  firings a second of a user's periodic timers
 * @param armsPerOwner    armings a second of an owner
 * @param armsPerUser     armings a second of a user
 * @param armsBurst       armings that may come at once after a pause, of an owner or of a user
 */
public record RateQuotas(int firingsPerOwner, int firingsPerUser, int armsPerOwner, int armsPerUser, int armsBurst) {
    /** The largest of each, which nobody reaches. */
    public static final int MOST = Integer.MAX_VALUE;
    /** No limits. */
    public static final RateQuotas NONE = new RateQuotas(MOST, MOST, MOST, MOST, MOST);
    /**
     * What a subscriber of a ring of 65,536 slots can follow: the periodic timers of one user need more than 100 ms to
     * go once around it. Armings are bound by what the host can do rather than by these.
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
