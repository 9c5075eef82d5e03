package io.tickbus.timer;

import io.tickbus.core.internal.layout.CommandLayout;

/** How many timers one owner has, and whether it may have more. */
final class OwnerAccount {
    /** No other owner has it, be its number the same. */
    private final long generation;
    private final RateMeter rates = new RateMeter();
    private UserAccount user;
    private int timers;
    private int mortal;
    private boolean isOpen = true;
    private boolean isDying;

    OwnerAccount(long generation, UserAccount user) {
        this.generation = generation;
        this.user = user;
    }

    /** Whose it is. */
    UserAccount user() {
        return user;
    }

    /** Makes it another user's, with all it has. */
    void user(UserAccount newUser) {
        user.add(-timers, -rates.firings());
        newUser.add(timers, rates.firings());
        user = newUser;
    }

    RateMeter rates() {
        return rates;
    }

    long generation() {
        return generation;
    }

    /** All its timers, pending or held. */
    int timers() {
        return timers;
    }

    /** Those of them that end with its clients. */
    int mortal() {
        return mortal;
    }

    /** Whether it may send commands. */
    boolean isOpen() {
        return isOpen;
    }

    /** Whether a command for its timers counts: those that outlive its clients can still be cancelled, by anybody. */
    boolean serves(int commandType) {
        return isOpen || (commandType == CommandLayout.TYPE_CANCEL && !isDying && timers > 0);
    }

    /** Whether its mortal timers are being cancelled: none of them fires any more. */
    boolean isDying() {
        return isDying;
    }

    /** One timer more, or one less. */
    void add(int one, boolean isKept, long share) {
        timers += one;
        mortal += isKept ? 0 : one;
        rates.add(one * share);
        user.add(one, one * share);
    }

    void open() {
        isOpen = true;
    }

    /** It has no clients any more. */
    void close() {
        isOpen = false;
        isDying = mortal > 0;
    }

    /** The last mortal timer is gone. */
    void endDying() {
        isDying = false;
    }

    /** Begins to count from 0 again. */
    void clear() {
        timers = 0;
        mortal = 0;
        rates.clear();
        user.clear();
    }

    /** Everything is counted. */
    void recount() {
        isDying = !isOpen && mortal > 0;
    }
}
