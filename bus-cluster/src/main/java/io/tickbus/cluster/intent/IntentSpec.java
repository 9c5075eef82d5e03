// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

import io.tickbus.core.timer.MisfirePolicy;
import java.util.concurrent.TimeUnit;

/**
 * A timer of all hosts, as it is armed: what fires, when, and where.
 *
 * <p>Occurrence n is due at {@code firstUtcNs + n × periodNs}; every host computes that for itself. The number of an
 * occurrence, never its time, says what has fired.
 *
 * @param key         chosen by the owner; a later arming of the same key replaces this one
 * @param generation  chosen by whoever arms; each arming of a key needs another one
 * @param signalId    what the signal means
 * @param firstUtcNs  when occurrence 0 is due, CLOCK_REALTIME nanoseconds since 1970
 * @param periodNs    from one occurrence to the next; 0 for one-shot
 * @param count       how many occurrences of a periodic timer there are; 0 for no end
 * @param flags       a set of the constants of this class
 * @param policy      what becomes of occurrences that a host could not fire within the grace
 * @param graceUs     how late a firing may be before the policy applies
 * @param standbyUs   of {@link #ONCE}: by how much each further host waits longer for the news of the firing
 * @param payload     up to four bytes for the subscriber, little-endian
 * @param payloadLength valid bytes of the payload, 0 to 4
 */
public record IntentSpec(long key, int generation, int signalId, long firstUtcNs, long periodNs, long count, int flags,
        MisfirePolicy policy, int graceUs, int standbyUs, int payload, int payloadLength) {
    /** One host fires; the others stand by. Without it every host fires. */
    public static final int ONCE = 0x01;
    /** Fires when the time has certainly come: later by the error bound of the host's clock. */
    public static final int NOT_BEFORE = 0x02;
    /** With {@link #ONCE}: prefers a missed firing to one that may be a second one. */
    public static final int LEASE = 0x04;
    /** The arming is refused while a host does not know the error bound of its clock. */
    public static final int BOUND_REQUIRED = 0x08;
    private static final int ALL_FLAGS = ONCE | NOT_BEFORE | LEASE | BOUND_REQUIRED;

    /** A shorter period is refused: the next occurrence is armed at a host's daemon when the previous one has fired. */
    public static final long SHORTEST_PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** A shorter period is refused with {@link #ONCE}: each occurrence is a round of consensus. */
    public static final long SHORTEST_ONCE_PERIOD_NS = TimeUnit.SECONDS.toNanos(1);
    /** 20 ms, some commit times of a local network. */
    public static final int DEFAULT_STANDBY_US = 20_000;
    /** One millisecond. */
    public static final int DEFAULT_GRACE_US = 1_000;
    private static final int MAX_STANDBY_US = 60_000_000;
    private static final int MAX_PAYLOAD_LENGTH = 4;

    /** A one-shot timer that each host fires. */
    public static IntentSpec everywhere(long key, int signalId, long firstUtcNs) {
        return new IntentSpec(key, 0, signalId, firstUtcNs, 0, 0, 0, MisfirePolicy.FIRE_ONCE, DEFAULT_GRACE_US,
                DEFAULT_STANDBY_US, 0, 0);
    }

    /** A one-shot timer that one host fires. */
    public static IntentSpec once(long key, int signalId, long firstUtcNs) {
        return everywhere(key, signalId, firstUtcNs).withFlags(ONCE);
    }

    /** Sets the number of this arming. */
    public IntentSpec withGeneration(int newGeneration) {
        return new IntentSpec(key, newGeneration, signalId, firstUtcNs, periodNs, count, flags, policy, graceUs,
                standbyUs, payload, payloadLength);
    }

    /** Makes it periodic; a count of 0 means no end. */
    public IntentSpec withPeriod(long newPeriodNs, long newCount) {
        return new IntentSpec(key, generation, signalId, firstUtcNs, newPeriodNs, newCount, flags, policy, graceUs,
                standbyUs, payload, payloadLength);
    }

    /** Adds flags. */
    public IntentSpec withFlags(int more) {
        return new IntentSpec(key, generation, signalId, firstUtcNs, periodNs, count, flags | more, policy, graceUs,
                standbyUs, payload, payloadLength);
    }

    /** Sets what becomes of late occurrences, and how late is late. */
    public IntentSpec withPolicy(MisfirePolicy newPolicy, int newGraceUs) {
        return new IntentSpec(key, generation, signalId, firstUtcNs, periodNs, count, flags, newPolicy, newGraceUs,
                standbyUs, payload, payloadLength);
    }

    /** Sets by how much each further host waits longer. */
    public IntentSpec withStandby(long standbyNs) {
        return new IntentSpec(key, generation, signalId, firstUtcNs, periodNs, count, flags, policy, graceUs,
                (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMicros(standbyNs)), payload, payloadLength);
    }

    /** Sets the payload. */
    public IntentSpec withPayload(int newPayload, int length) {
        return new IntentSpec(key, generation, signalId, firstUtcNs, periodNs, count, flags, policy, graceUs,
                standbyUs, newPayload, length);
    }

    /** Whether one host fires. */
    public boolean isOnce() {
        return (flags & ONCE) != 0;
    }

    /** Whether it fires when the time has certainly come. */
    public boolean isNotBefore() {
        return (flags & NOT_BEFORE) != 0;
    }

    /** Whether a missed firing is preferred to a double one. */
    public boolean isLease() {
        return (flags & LEASE) != 0;
    }

    /** Whether the values make sense together. */
    boolean isValid() {
        boolean isPeriodValid = periodNs == 0 ? count == 0
                : periodNs >= (isOnce() ? SHORTEST_ONCE_PERIOD_NS : SHORTEST_PERIOD_NS) && count >= 0;
        return isPeriodValid && (flags & ~ALL_FLAGS) == 0 && (isOnce() || !isLease()) && policy != null
                && graceUs >= 0 && firstUtcNs >= 0 && payloadLength >= 0 && payloadLength <= MAX_PAYLOAD_LENGTH
                && standbyUs >= 0 && standbyUs <= MAX_STANDBY_US;
    }

    /** Number of the last occurrence; Long.MAX_VALUE if there is no end. */
    public long lastOccurrence() {
        return periodNs == 0 ? 0 : count == 0 ? Long.MAX_VALUE : count - 1;
    }

    /** Whether there is such a time, of an occurrence or of the last one if that comes before. */
    boolean isDueEver(long occurrence) {
        return deadlineNs(Math.min(occurrence, lastOccurrence())) < Long.MAX_VALUE;
    }

    /** When an occurrence is due; Long.MAX_VALUE if that is beyond all times. */
    public long deadlineNs(long occurrence) {
        if (periodNs == 0 || occurrence == 0) {
            return firstUtcNs;
        }
        return occurrence > (Long.MAX_VALUE - firstUtcNs) / periodNs ? Long.MAX_VALUE
                : firstUtcNs + occurrence * periodNs;
    }

    /** The first occurrence that is due at a time or later; beyond the last one if there is none. */
    public long firstOccurrenceFrom(long utcNs) {
        if (utcNs <= firstUtcNs) {
            return 0;
        }
        // Not beyond the largest number, which means the end.
        return periodNs == 0 ? 1 : (utcNs - firstUtcNs - 1) / periodNs + 1;
    }
}
