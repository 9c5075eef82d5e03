package io.tickbus.timer;

/** What all owners of one user have together. */
final class UserAccount {
    private final int user;
    private final RateMeter rates = new RateMeter();
    private int timers;

    UserAccount(int user) {
        this.user = user;
    }

    int user() {
        return user;
    }

    /** The timers of all its owners, pending or paused. */
    int timers() {
        return timers;
    }

    RateMeter rates() {
        return rates;
    }

    void add(int count, long share) {
        timers += count;
        rates.add(share);
    }

    /** Restarts the count of timers. */
    void clear() {
        timers = 0;
        rates.clear();
    }
}
