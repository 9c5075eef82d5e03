// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

import java.util.concurrent.TimeUnit;

/**
 * How a publisher wants its {@code signals} file.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param slotCount           a power of two; how many signals a subscriber may be behind before it is overrun
 * @param hasParking          whether subscribers may sleep and are woken; costs a full fence per signal
 * @param heartbeatIntervalNs how often the publisher promises a sign of life, 1 ms to 1 h
 * @param group               name of a group that may read the bus and ring its doorbell; null for the owner alone
 */
public record SignalsOptions(int slotCount, boolean hasParking, long heartbeatIntervalNs, String group) {
    /** 65,536 slots are 4 MiB: a minute of backlog at 1 kHz, 65 ms at a million signals a second. */
    public static final int DEFAULT_SLOT_COUNT = 1 << 16;
    /** 100 ms. */
    public static final long DEFAULT_HEARTBEAT_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final SignalsOptions DEFAULT =
            new SignalsOptions(DEFAULT_SLOT_COUNT, true, DEFAULT_HEARTBEAT_INTERVAL_NS, null);

    /** Checks the values; the slot count's limits are those of {@code SlotRing}. */
    public SignalsOptions {
        if (Integer.bitCount(slotCount) != 1 || slotCount < 2
                || slotCount > io.tickbus.core.internal.memory.SlotRing.MAX_SLOT_COUNT) {
            throw new IllegalArgumentException("slot count must be a power of two from 2 to "
                    + io.tickbus.core.internal.memory.SlotRing.MAX_SLOT_COUNT + ": slotCount=" + slotCount);
        }
        if (heartbeatIntervalNs < TimeUnit.MILLISECONDS.toNanos(1)
                || heartbeatIntervalNs > TimeUnit.HOURS.toNanos(1)) {
            throw new IllegalArgumentException(
                    "a heartbeat comes every 1 ms to 1 h: heartbeatIntervalNs=" + heartbeatIntervalNs);
        }
    }

    /** 65,536 slots, parking, a heartbeat every 100 ms, for the owner alone. */
    public static SignalsOptions defaults() {
        return DEFAULT;
    }

    /** Sets the number of slots. */
    public SignalsOptions withSlotCount(int newSlotCount) {
        return new SignalsOptions(newSlotCount, hasParking, heartbeatIntervalNs, group);
    }

    /** Sets whether subscribers may park. */
    public SignalsOptions withParking(boolean newParking) {
        return new SignalsOptions(slotCount, newParking, heartbeatIntervalNs, group);
    }

    /** Sets the heartbeat interval. */
    public SignalsOptions withHeartbeatIntervalNs(long newIntervalNs) {
        return new SignalsOptions(slotCount, hasParking, newIntervalNs, group);
    }

    /** Shares the bus with a group. */
    public SignalsOptions withGroup(String newGroup) {
        return new SignalsOptions(slotCount, hasParking, heartbeatIntervalNs, newGroup);
    }
}
