// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.layout.ClientLayout;
import java.util.concurrent.TimeUnit;

/**
 * How a client wants to be connected.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param name             owner of its timers, shared by all clients of this user with that name; empty: its own owner
 * @param commandSlots     a power of two; how many commands may wait for the daemon. 0: they are sent over the control
 *                         socket, as always where the daemon is of another user; each costs a system call
 * @param connectTimeoutNs how long to wait for the daemon, in nanoseconds
 * @param listener         hears what happens to the connection
 * @param trackedKeys      how many keys {@link TimerClient#isCurrent} can judge, each some 50 to 100 bytes; 0 for none
 * @param discardsReplies  whether the client asks for no answers, and reads and counts the refusals itself
 */
public record TimerClientOptions(String name, int commandSlots, long connectTimeoutNs, TimerClientListener listener,
        int trackedKeys, boolean discardsReplies) {
    /** 1,024 slots are 64 KiB. */
    public static final int DEFAULT_COMMAND_SLOTS = 1024;
    /** 2 s. */
    public static final long DEFAULT_CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
    private static final int MAX_TRACKED_KEYS = 1 << 24;
    private static final TimerClientOptions DEFAULT = new TimerClientOptions("", DEFAULT_COMMAND_SLOTS,
            DEFAULT_CONNECT_TIMEOUT_NS, TimerClientListener.NONE, 0, false);

    /** Checks the values; the name's when the client connects. */
    public TimerClientOptions {
        if (!ClientIdentity.isSlotCount(commandSlots)) {
            throw new IllegalArgumentException("command slots must be 0 or a power of two from 2 to "
                    + ClientLayout.MAX_SLOT_COUNT + ": commandSlots=" + commandSlots);
        }
        if (connectTimeoutNs < 0) {
            throw new IllegalArgumentException("timeout must not be negative: connectTimeoutNs=" + connectTimeoutNs);
        }
        if (trackedKeys < 0 || trackedKeys > MAX_TRACKED_KEYS) {
            throw new IllegalArgumentException(
                    "tracked keys must be 0 to " + MAX_TRACKED_KEYS + ": trackedKeys=" + trackedKeys);
        }
    }

    /** Without a name, 1,024 command slots, 2 s, no listener, no tracked keys, replies for the user. */
    public static TimerClientOptions defaults() {
        return DEFAULT;
    }

    /** Shares its timers with all clients of this user that have the same name: letters, digits, '.', '_', '-'. */
    public TimerClientOptions withName(String newName) {
        return new TimerClientOptions(newName, commandSlots, connectTimeoutNs, listener, trackedKeys, discardsReplies);
    }

    /** Sets the number of command slots. */
    public TimerClientOptions withCommandSlots(int slots) {
        return new TimerClientOptions(name, slots, connectTimeoutNs, listener, trackedKeys, discardsReplies);
    }

    /** Sets how long to wait for the daemon. */
    public TimerClientOptions withConnectTimeoutNs(long timeoutNs) {
        return new TimerClientOptions(name, commandSlots, timeoutNs, listener, trackedKeys, discardsReplies);
    }

    /** Sets the listener. */
    public TimerClientOptions withListener(TimerClientListener newListener) {
        return new TimerClientOptions(name, commandSlots, connectTimeoutNs, newListener, trackedKeys, discardsReplies);
    }

    /** Sets how many keys {@link TimerClient#isCurrent} tracks; each arming then costs a table access. 0 for none. */
    public TimerClientOptions withTrackedKeys(int keys) {
        return new TimerClientOptions(name, commandSlots, connectTimeoutNs, listener, keys, discardsReplies);
    }

    /**
     * Fire-and-forget mode, the fastest: the daemon answers only what it refuses, and what {@link TimerClient#call}
     * waits for. The client reads the refusals itself, counts them, and tells the listener. No refusal is ever lost.
     */
    public TimerClientOptions withDiscardedReplies() {
        return new TimerClientOptions(name, commandSlots, connectTimeoutNs, listener, trackedKeys, true);
    }
}
