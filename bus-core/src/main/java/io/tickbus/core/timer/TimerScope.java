// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.timer;

import io.tickbus.core.internal.layout.CommandLayout;

/** Which hosts fire a timer. The last two need a daemon whose host is a member of a cluster. */
public enum TimerScope {
    /** The one whose daemon the client is connected to. */
    HOST(0),
    /** Each host of the cluster, each occurrence once. */
    EVERYWHERE(CommandLayout.FLAG_EVERYWHERE),
    /** One host of the cluster; the others stand by. A second firing of an occurrence is flagged. */
    ONCE(CommandLayout.FLAG_ONCE);

    /** All flags that mean a scope other than {@link #HOST}. */
    public static final int FLAGS = CommandLayout.FLAG_EVERYWHERE | CommandLayout.FLAG_ONCE;

    private final int flags;

    TimerScope(int flags) {
        this.flags = flags;
    }

    /** Its flag in a command; 0 for {@link #HOST}. */
    public int flags() {
        return flags;
    }

    /** What a command's flags ask for; ONCE where both are set. */
    public static TimerScope ofFlags(int flags) {
        if ((flags & CommandLayout.FLAG_ONCE) != 0) {
            return ONCE;
        }
        return (flags & CommandLayout.FLAG_EVERYWHERE) != 0 ? EVERYWHERE : HOST;
    }
}
