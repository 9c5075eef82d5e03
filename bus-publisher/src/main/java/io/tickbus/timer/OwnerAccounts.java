package io.tickbus.timer;

import java.util.HashMap;
import java.util.Map;

/** The accounts of all owners, by number. Only opening one allocates. */
final class OwnerAccounts {
    static final int HOST = 0;
    private static final int MOST_OWNERS = 1 << 16;

    private final OwnerAccount[] accounts = new OwnerAccount[MOST_OWNERS];
    /** By the user's id, for good, with what it still owes; the host itself is nobody's. */
    private final Map<Integer, UserAccount> users = new HashMap<>();
    private long nextGeneration = 1;
    private int dying;

    OwnerAccounts() {
        accounts[HOST] = new OwnerAccount(nextGeneration++, new UserAccount(TimerEngine.OWN_USER));
    }

    /** The account of an owner, which may be closed; null where there is none, and for a number out of range. */
    OwnerAccount find(int owner) {
        return owner >= 0 && owner < MOST_OWNERS ? accounts[owner] : null;
    }

    /** The account of a timer's owner. */
    OwnerAccount of(int owner) {
        return accounts[owner];
    }

    boolean open(int owner, int user) {
        check(owner);
        OwnerAccount account = accounts[owner];
        if (account == null) {
            accounts[owner] = new OwnerAccount(nextGeneration++, userAccount(user));
            return true;
        }
        if (account.isDying()) {
            return false;
        }
        assign(owner, user);
        account.open();
        return true;
    }

    private UserAccount userAccount(int user) {
        return users.computeIfAbsent(user, UserAccount::new);
    }

    /** Says whose an owner is. */
    void assign(int owner, int user) {
        OwnerAccount account = accounts[owner];
        if (owner == HOST || account == null || account.user().user() == user) {
            return;
        }
        account.user(userAccount(user));
    }

    void cancel(int owner) {
        checkIsClient(owner);
        OwnerAccount account = accounts[owner];
        if (account != null && account.isOpen()) {
            account.close();
            dying += account.isDying() ? 1 : 0;
        }
    }

    boolean close(int owner) {
        checkIsClient(owner);
        OwnerAccount account = accounts[owner];
        if (account != null && account.timers() > 0) {
            return false;
        }
        accounts[owner] = null;
        return true;
    }

    /** Takes note that a timer is no more. */
    void remove(OwnerAccount account, boolean isKept, long share) {
        account.add(-1, isKept, share);
        if (account.isDying() && account.mortal() == 0) {
            account.endDying();
            dying--;
        }
    }

    /** Begins to count all timers from 0 again. */
    void clear() {
        for (OwnerAccount account : accounts) {
            if (account != null) {
                account.clear();
            }
        }
    }

    /** All timers are counted. */
    void recount() {
        dying = 0;
        for (OwnerAccount account : accounts) {
            if (account != null) {
                account.recount();
                dying += account.isDying() ? 1 : 0;
            }
        }
    }

    /** Whether timers of some owner are still to be cancelled. */
    boolean areSomeDying() {
        return dying > 0;
    }

    private static void check(int owner) {
        if (owner < 0 || owner >= MOST_OWNERS) {
            throw new IllegalArgumentException("an owner must be 0 to 65535: owner=" + owner);
        }
    }

    private static void checkIsClient(int owner) {
        check(owner);
        if (owner == HOST) {
            throw new IllegalArgumentException("the host itself is always there: owner=" + owner);
        }
    }
}
