// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.timer;

/**
 * What becomes of the occurrences of a periodic timer that could not fire within its grace. A timer that fires once
 * always fires, however late, and says that it is.
 */
public enum MisfirePolicy {
    /** All overdue ones are folded into one firing: the earliest, with the number of the others in {@code missed}. */
    FIRE_ONCE(0),
    /**
     * None of the overdue fires; the next one in time says in {@code missed} how many were left out before it. With a
     * grace that is shorter than the daemon is usually late, 0 for instance, none is ever in time and none fires.
     */
    SKIP(1),
    /** Each overdue one fires, up to a cap; what is beyond is folded into the last of them. */
    FIRE_ALL(2);

    private static final MisfirePolicy[] BY_CODE = values();

    private final int code;

    MisfirePolicy(int code) {
        this.code = code;
    }

    /** The number in a command. */
    public int code() {
        return code;
    }

    /** The policy of a number; null for one that means nothing. */
    public static MisfirePolicy of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
