// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Which run of which kernel, and which view of its monotonic clock: times of two processes can be compared only where
 * both agree.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param bootId            random at each boot; all zero where unknown
 * @param timeNamespace     inode of the time namespace, diagnostic only; 0 where unknown
 * @param monotonicOffsetNs what that namespace adds to CLOCK_MONOTONIC
 */
public record HostIdentity(UUID bootId, long timeNamespace, long monotonicOffsetNs) {
    private static final UUID UNKNOWN = new UUID(0, 0);

    /** This process's host. */
    public static HostIdentity current() {
        return new HostIdentity(bootId(HostFiles.ROOT.firstLine("proc/sys/kernel/random/boot_id")),
                HostFiles.ROOT.namespaceInode("proc/self/ns/time"),
                monotonicOffsetNs(HostFiles.ROOT.lines("proc/self/timens_offsets")));
    }

    /** Whether both were read since the same boot, as far as known. */
    public boolean isSameBoot(HostIdentity other) {
        return bootId.equals(other.bootId) || bootId.equals(UNKNOWN) || other.bootId.equals(UNKNOWN);
    }

    /** Whether the host says which boot it is. */
    public boolean isBootKnown() {
        return !bootId.equals(UNKNOWN);
    }

    /** Whether CLOCK_MONOTONIC reads the same for both. */
    public boolean hasSameClock(HostIdentity other) {
        // Not by the inode, which the next namespace may have with another offset.
        return monotonicOffsetNs == other.monotonicOffsetNs;
    }

    private static UUID bootId(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            return UNKNOWN;
        }
    }

    /** Sums the line {@code monotonic SECONDS NANOSECONDS}. */
    static long monotonicOffsetNs(List<String> offsets) {
        for (String line : offsets) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length == 3 && words[0].equals("monotonic")) {
                return TimeUnit.SECONDS.toNanos(Long.parseLong(words[1])) + Long.parseLong(words[2]);
            }
        }
        return 0;
    }
}
