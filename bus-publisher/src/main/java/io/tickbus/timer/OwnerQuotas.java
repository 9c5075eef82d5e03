// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.timer.ReplyReason;
import java.util.HashMap;
import java.util.Map;

/** All owners, by number, and the limits in force. Only opening an owner allocates. */
final class OwnerQuotas {
    static final int HOST = 0;
    private static final int MAX_OWNERS = 1 << 16;

    private final OwnerQuota[] quotas = new OwnerQuota[MAX_OWNERS];
    /** By the user's id. An entry is never removed, as the user may still owe armings; the host itself has none. */
    private final Map<Integer, UsageMeter> users = new HashMap<>();
    private TimerQuotas limits;
    private RateQuotas rates = RateQuotas.NONE;
    private int ownUser = TimerEngine.OWN_USER;
    private long nextGeneration = 1;
    private int closing;

    OwnerQuotas(TimerQuotas limits) {
        this.limits = limits;
        quotas[HOST] = new OwnerQuota(nextGeneration++, TimerEngine.OWN_USER, new UsageMeter());
    }

    TimerQuotas limits() {
        return limits;
    }

    void limits(TimerQuotas newLimits) {
        limits = newLimits;
    }

    RateQuotas rates() {
        return rates;
    }

    void rates(RateQuotas newRates) {
        rates = newRates;
    }

    void ownUser(int newOwnUser) {
        ownUser = newOwnUser;
    }

    /** An owner, which may be closed; null where there is none, and for a number out of range. */
    OwnerQuota find(int owner) {
        return owner >= 0 && owner < MAX_OWNERS ? quotas[owner] : null;
    }

    /** The owner of a timer. */
    OwnerQuota of(int owner) {
        return quotas[owner];
    }

    boolean open(int owner, int user) {
        check(owner);
        OwnerQuota quota = quotas[owner];
        if (quota == null) {
            quotas[owner] = new OwnerQuota(nextGeneration++, user, usageOf(user));
            return true;
        }
        if (quota.isClosing()) {
            return false;
        }
        assign(owner, user);
        quota.open();
        return true;
    }

    private UsageMeter usageOf(int user) {
        return users.computeIfAbsent(user, ignored -> new UsageMeter());
    }

    /** Sets the user that an owner belongs to. */
    void assign(int owner, int user) {
        OwnerQuota quota = quotas[owner];
        if (owner != HOST && quota != null && quota.user() != user) {
            quota.user(user, usageOf(user));
        }
    }

    /** The owner's last client is gone. */
    void cancel(int owner) {
        checkIsClient(owner);
        OwnerQuota quota = quotas[owner];
        if (quota != null && quota.isOpen()) {
            quota.close();
            closing += quota.isClosing() ? 1 : 0;
        }
    }

    boolean close(int owner) {
        checkIsClient(owner);
        OwnerQuota quota = quotas[owner];
        if (quota != null && quota.timers() > 0) {
            return false;
        }
        quotas[owner] = null;
        return true;
    }

    /**
     * Admits and counts an arming, or says which limit of the owner or its user it would exceed.
     *
     * @param isNew    whether the owner has no timer of this key yet
     * @param share    the timer's part of the firings, less that of the timer that it replaces
     */
    ReplyReason admit(OwnerQuota quota, boolean isNew, long share, long nowNs) {
        UsageMeter owner = quota.usage();
        UsageMeter user = quota.userUsage();
        if (isNew && owner.timers() >= limits.maxTimersPerOwner()) {
            return ReplyReason.OWNER_QUOTA;
        }
        if (isNew && quota.user() != ownUser && user.timers() >= limits.maxTimersPerUser()) {
            return ReplyReason.USER_QUOTA;
        }
        if (share > 0 && !(owner.hasRoom(share, rates.firingsPerOwner())
                && user.hasRoom(share, rates.firingsPerUser()))) {
            return ReplyReason.RATE_QUOTA;
        }
        boolean mayArm = owner.mayArm(nowNs, rates.armsPerOwner(), rates.armsBurst())
                && user.mayArm(nowNs, rates.armsPerUser(), rates.armsBurst());
        if (!mayArm) {
            return ReplyReason.ARMING_QUOTA;
        }
        owner.onArmed();
        user.onArmed();
        return ReplyReason.NONE;
    }

    /** Counts a timer that is removed. */
    void remove(OwnerQuota quota, boolean isPersistent, long share) {
        quota.add(-1, isPersistent, share);
        if (quota.isClosing() && quota.ephemeral() == 0) {
            quota.finishClosing();
            closing--;
        }
    }

    /** Sets the counts of all timers to zero. */
    void clear() {
        for (OwnerQuota quota : quotas) {
            if (quota != null) {
                quota.clear();
            }
        }
    }

    /** All timers are counted. */
    void recount() {
        closing = 0;
        for (OwnerQuota quota : quotas) {
            if (quota != null) {
                quota.recount();
                closing += quota.isClosing() ? 1 : 0;
            }
        }
    }

    /** Whether timers of some owner are still to be cancelled. */
    boolean hasClosing() {
        return closing > 0;
    }

    private static void check(int owner) {
        if (owner < 0 || owner >= MAX_OWNERS) {
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
