// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.plan;

import java.util.HashMap;
import java.util.Map;

/**
 * What a host knows of its own firings: from the signals that are still in its bus, and from its file.
 *
 * <p><b>Threads:</b> one at a time.
 */
public final class FiredMemory {
    /** Owner and key, and the arming. */
    private record Arming(int owner, long key, int generation) {
    }

    private final Map<Arming, Long> next = new HashMap<>();
    private long uncertainFromNs = Long.MAX_VALUE;
    private long uncertainUntilNs = Long.MIN_VALUE;

    /** Notes that everything before an occurrence has fired here. */
    public void note(int owner, long key, int generation, long nextOccurrence) {
        next.merge(new Arming(owner, key, generation), nextOccurrence, Math::max);
    }

    /** An arming cannot fire any more. */
    public void forget(int owner, long key, int generation) {
        next.remove(new Arming(owner, key, generation));
    }

    /** All that is noted. */
    public void forEach(Consumer consumer) {
        next.forEach((arming, occurrence) ->
                consumer.accept(arming.owner(), arming.key(), arming.generation(), occurrence));
    }

    /** Takes the first occurrence of an arming that is not known to have fired. */
    public interface Consumer {
        /** Takes one. */
        void accept(int owner, long key, int generation, long nextOccurrence);
    }

    /** Forgets all armings but these. */
    public void retain(Predicate isKept) {
        next.keySet().removeIf(arming -> !isKept.test(arming.owner(), arming.key(), arming.generation()));
    }

    /** Chooses armings. */
    public interface Predicate {
        /** Whether this is one. */
        boolean test(int owner, long key, int generation);
    }

    /** Notes that firings that were due in this time may be missing here. */
    public void uncertain(long fromNs, long untilNs) {
        uncertainFromNs = Math.min(uncertainFromNs, fromNs);
        uncertainUntilNs = Math.max(uncertainUntilNs, untilNs);
    }

    /** The first occurrence of an arming that is not known to have fired here. */
    public long next(int owner, long key, int generation) {
        return next.getOrDefault(new Arming(owner, key, generation), 0L);
    }

    /** Whether a firing that was due at a time may have happened without being remembered. */
    public boolean isUncertain(long utcNs) {
        return utcNs >= uncertainFromNs && utcNs <= uncertainUntilNs;
    }

    /** How many armings it knows. */
    public int size() {
        return next.size();
    }
}
