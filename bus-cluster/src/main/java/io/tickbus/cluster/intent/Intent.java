// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

/**
 * A timer of all hosts, as the log has it: its arming, and which occurrences of a {@link IntentSpec#ONCE} timer the log
 * knows as fired.
 *
 * <p><b>Threads:</b> that of its {@link IntentLog}.
 */
public final class Intent {
    /** No host. */
    public static final int NONE = -1;

    private final int owner;
    private final IntentSpec spec;
    private final long armedPosition;
    private final long armedNs;
    private final int armedTerm;
    /** All occurrences up to this one are fired or passed over. */
    private long firedThrough = -1;
    /** Bit i: occurrence firedThrough + 1 + i is fired. Bit 0 is never set. */
    private long firedAhead;
    private int firedHost = NONE;
    private int firedTerm;
    private long firedTwice;
    private long passedOver;

    Intent(int owner, IntentSpec spec, long armedPosition, long armedNs, int armedTerm) {
        this.owner = owner;
        this.spec = spec;
        this.armedPosition = armedPosition;
        this.armedNs = armedNs;
        this.armedTerm = armedTerm;
    }

    /** Number of the owner, as {@link IntentLog#ownerName} knows it. */
    public int owner() {
        return owner;
    }

    /** How it was armed. */
    public IntentSpec spec() {
        return spec;
    }

    /** Position in the log of its arming. */
    public long armedPosition() {
        return armedPosition;
    }

    /** The cluster's time of its arming, CLOCK_REALTIME nanoseconds. */
    public long armedNs() {
        return armedNs;
    }

    /** Leadership term of its arming. */
    public int armedTerm() {
        return armedTerm;
    }

    /** The host whose firing the log learned of last, or {@link #NONE}. */
    public int firedHost() {
        return firedHost;
    }

    /** The term that that firing carried. */
    public int firedTerm() {
        return firedTerm;
    }

    /** How often the log was told of an occurrence that had fired already. */
    public long firedTwice() {
        return firedTwice;
    }

    /** Occurrences that no host had fired when a much later one did. */
    public long passedOver() {
        return passedOver;
    }

    /** All occurrences up to this one are decided; -1 at the beginning. */
    public long firedThrough() {
        return firedThrough;
    }

    /** Whether the log knows an occurrence as fired. */
    public boolean isFired(long occurrence) {
        if (occurrence <= firedThrough) {
            return true;
        }
        long ahead = occurrence - firedThrough - 1;
        return ahead < Long.SIZE && ((firedAhead >>> ahead) & 1) != 0;
    }

    /** The first occurrence from a number on that the log does not know as fired. */
    public long nextUnfired(long from) {
        long next = Math.max(from, firedThrough + 1);
        while (isFired(next)) {
            next++;
        }
        return next;
    }

    /** Whether there is nothing left to fire, as far as the log knows. */
    public boolean isDone() {
        return firedThrough >= spec.lastOccurrence();
    }

    /** Notes that a host fired a range of occurrences as one; returns whether any of them was new. */
    boolean fired(long first, long last, int host, int term) {
        boolean isNew = false;
        long through = Math.min(last, spec.lastOccurrence());
        for (long n = Math.max(first, through - Long.SIZE); n <= through; n++) {
            isNew |= !isFired(n);
        }
        firedTwice += isNew || host == firedHost ? 0 : 1;
        mark(first, through);
        firedHost = host;
        firedTerm = term;
        return isNew;
    }

    private void mark(long first, long last) {
        if (last <= firedThrough) {
            return;
        }
        // What is too far behind to have a bit is decided by now: nobody fires it any more.
        if (last - firedThrough > Long.SIZE) {
            moveTo(Math.max(last - Long.SIZE, firedThrough), first);
        }
        for (long n = Math.max(first, firedThrough + 1); n <= last; n++) {
            firedAhead |= 1L << (n - firedThrough - 1);
        }
        int run = Long.numberOfTrailingZeros(~firedAhead);
        firedThrough += run;
        firedAhead = run == Long.SIZE ? 0 : firedAhead >>> run;
    }

    private void moveTo(long newThrough, long firstFired) {
        long distance = newThrough - firedThrough;
        long unfired = Math.min(newThrough, firstFired - 1) - firedThrough;
        passedOver += Math.max(0, unfired - Long.bitCount(distance >= Long.SIZE ? firedAhead
                : firedAhead & ((1L << distance) - 1)));
        firedAhead = distance >= Long.SIZE ? 0 : firedAhead >>> distance;
        firedThrough = newThrough;
    }

    /** The bits of what is fired ahead, for the snapshot. */
    long firedAhead() {
        return firedAhead;
    }

    /** Restores what the log knew of its firings. */
    Intent restore(long through, long ahead, int host, int term, long twice, long over) {
        firedThrough = through;
        firedAhead = ahead;
        firedHost = host;
        firedTerm = term;
        firedTwice = twice;
        passedOver = over;
        return this;
    }

    @Override
    public String toString() {
        return "intent owner=" + owner + " " + spec + " armedPosition=" + armedPosition + " armedNs=" + armedNs
                + " armedTerm=" + armedTerm + " firedThrough=" + firedThrough + " firedAhead=" + firedAhead
                + " firedHost=" + firedHost + " firedTerm=" + firedTerm + " firedTwice=" + firedTwice + " passedOver="
                + passedOver;
    }
}
