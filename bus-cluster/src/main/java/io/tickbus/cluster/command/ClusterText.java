// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cluster.intent.IntentResult;
import io.tickbus.cluster.intent.IntentSpec;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How times and results are said. */
final class ClusterText {
    private ClusterText() {
    }

    static long utcNowNs() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    /** A time of CLOCK_REALTIME. */
    static String time(long utcNs) {
        return Instant.ofEpochSecond(0, utcNs).toString();
    }

    /** Why a command was refused. */
    static String reason(IntentResult result) {
        return switch (result) {
            case FULL -> "the cluster has no room for another timer; cancel some";
            case INVALID -> "the values make no sense together; see 'tickbus cluster arm --help'";
            case NO_BOUND -> "a host does not know the error of its clock; have chrony or ClockBound keep it, or leave "
                    + "out --require-bound";
            default -> result.name().toLowerCase(Locale.ROOT);
        };
    }

    static String scope(IntentSpec spec) {
        return !spec.isOnce() ? "everywhere" : spec.isLease() ? "once, lease" : "once";
    }

    static String mode(IntentSpec spec) {
        return spec.isNotBefore() ? "not-before" : "at";
    }
}
