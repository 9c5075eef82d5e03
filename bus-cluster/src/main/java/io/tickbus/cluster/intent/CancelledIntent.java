// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A timer that was cancelled, for as long as somebody may ask whether a host fired it all the same.
 *
 * <p><b>Threads:</b> that of its {@link IntentLog}.
 */
public final class CancelledIntent {
    private final Intent intent;
    private final long position;
    private final long cancelledNs;
    private final BitSet hosts;
    private final BitSet fired;

    CancelledIntent(Intent intent, long position, long cancelledNs, BitSet hosts, BitSet fired) {
        this.intent = intent;
        this.position = position;
        this.cancelledNs = cancelledNs;
        this.hosts = hosts;
        this.fired = fired;
    }

    /** The timer. */
    public Intent intent() {
        return intent;
    }

    /** Where in the log it was cancelled. */
    public long position() {
        return position;
    }

    /** The cluster's time then. */
    public long cancelledNs() {
        return cancelledNs;
    }

    /** The hosts that might fire it when it was cancelled, by number. */
    BitSet hosts() {
        return hosts;
    }

    /** The hosts that have said that they fired it all the same, by number. */
    BitSet fired() {
        return fired;
    }

    /** The hosts that have not confirmed yet that they do not fire it any more. */
    public List<Host> unconfirmed(Membership membership) {
        return selected(membership, hosts, position);
    }

    /** The hosts that fired it although it was cancelled. */
    public List<Host> firedOn(Membership membership) {
        return selected(membership, fired, Long.MAX_VALUE);
    }

    private static List<Host> selected(Membership membership, BitSet numbers, long position) {
        List<Host> found = new ArrayList<>();
        for (int number = numbers.nextSetBit(0); number >= 0; number = numbers.nextSetBit(number + 1)) {
            Host host = membership.host(number);
            if (host != null && host.appliedPosition() < position) {
                found.add(host);
            }
        }
        return found;
    }

    @Override
    public String toString() {
        return "cancelled position=" + position + " cancelledNs=" + cancelledNs + " hosts=" + hosts + " fired=" + fired
                + " " + intent;
    }
}
