// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

/** Hashes that are the same on every host and in every version. */
public final class Hashes {
    private Hashes() {
    }

    /** A one-to-one scrambling of 64 bits. Source: the finalizer of SplitMix64. */
    public static long mix(long value) {
        long z = value + 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }

    /** The weight of a host for an intent: the hosts in descending order are those that fire it, and stand by. */
    public static long weight(int host, int owner, long key, int generation) {
        return mix(mix(mix(mix(key) ^ owner) ^ generation) ^ host);
    }
}
