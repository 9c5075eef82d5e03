// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.timer;

import io.tickbus.core.internal.layout.CommandLayout;

/** What an acknowledged timer survives. */
public enum Durability {
    /** Nothing: it ends with the daemon. */
    NONE(0),
    /** The death of the daemon, however it dies, and its restart. */
    PROCESS(CommandLayout.FLAG_PROCESS),
    /** The host's loss of power as well: on the disk before the reply. */
    DISK(CommandLayout.FLAG_DISK);

    /** All flags that mean a durability. */
    public static final int FLAGS = CommandLayout.FLAG_PROCESS | CommandLayout.FLAG_DISK;
    private static final Durability[] BY_CODE = values();

    private final int flags;

    Durability(int flags) {
        this.flags = flags;
    }

    /** Its flag in a command; 0 for {@link #NONE}. */
    public int flags() {
        return flags;
    }

    /** Its number: 0 for {@link #NONE}, the more the stronger. */
    @SuppressWarnings("EnumOrdinal")
    public int code() {
        return ordinal();
    }

    /** The durability of a number from 0 to 2. */
    public static Durability of(int code) {
        return BY_CODE[code];
    }

    /** What a command's flags ask for; the stronger where both are set. */
    public static Durability ofFlags(int flags) {
        if ((flags & CommandLayout.FLAG_DISK) != 0) {
            return DISK;
        }
        return (flags & CommandLayout.FLAG_PROCESS) != 0 ? PROCESS : NONE;
    }

    /** The stronger of two. */
    public static Durability stronger(Durability one, Durability other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
