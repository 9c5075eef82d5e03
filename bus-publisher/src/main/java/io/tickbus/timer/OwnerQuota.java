// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.internal.layout.CommandLayout;

/** One owner: what it uses, and whether it may use more. */
final class OwnerQuota {
    /** Unique, even if the owner's number is reused. */
    private final long generation;
    private final UsageMeter usage = new UsageMeter();
    private int user;
    private UsageMeter userUsage;
    private int ephemeral;
    private boolean isOpen = true;
    private boolean isClosing;

    OwnerQuota(long generation, int user, UsageMeter userUsage) {
        this.generation = generation;
        this.user = user;
        this.userUsage = userUsage;
    }

    /** The user that the owner belongs to. */
    int user() {
        return user;
    }

    /** Moves the owner, with all it uses, to another user. */
    void user(int newUser, UsageMeter newUsage) {
        userUsage.add(-usage.timers(), -usage.firings());
        newUsage.add(usage.timers(), usage.firings());
        user = newUser;
        userUsage = newUsage;
    }

    /** What this owner uses. */
    UsageMeter usage() {
        return usage;
    }

    /** What all owners of its user use together. */
    UsageMeter userUsage() {
        return userUsage;
    }

    long generation() {
        return generation;
    }

    /** All its timers, pending or paused. */
    int timers() {
        return usage.timers();
    }

    /** Those of its timers that end with its clients. */
    int ephemeral() {
        return ephemeral;
    }

    /** Whether it may send commands. */
    boolean isOpen() {
        return isOpen;
    }

    /** Whether it accepts a command of this type. Anybody can cancel the persistent timers of a closed owner. */
    boolean accepts(int commandType) {
        return isOpen || (commandType == CommandLayout.TYPE_CANCEL && !isClosing && usage.timers() > 0);
    }

    /** Whether its ephemeral timers are being cancelled: none of them fires any more. */
    boolean isClosing() {
        return isClosing;
    }

    /** Counts one timer more (1) or one less (-1). */
    void add(int one, boolean isPersistent, long share) {
        ephemeral += isPersistent ? 0 : one;
        usage.add(one, one * share);
        userUsage.add(one, one * share);
    }

    void open() {
        isOpen = true;
    }

    /** The owner has no clients any more. */
    void close() {
        isOpen = false;
        isClosing = ephemeral > 0;
    }

    /** The last ephemeral timer is cancelled. */
    void finishClosing() {
        isClosing = false;
    }

    /** Sets all counts of timers to zero; they are counted again, and then {@link #recount} is called. */
    void clear() {
        ephemeral = 0;
        usage.clear();
        userUsage.clear();
    }

    /** All timers are counted. */
    void recount() {
        isClosing = !isOpen && ephemeral > 0;
    }
}
