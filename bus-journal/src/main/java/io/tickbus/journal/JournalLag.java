// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

/**
 * How long ago the journal's writer was given the oldest of what it has not written yet. Now and then it is noted how
 * much it was given by then; what it has written since says which note it has reached. One thread.
 */
final class JournalLag {
    private static final int MAX_NOTES = 64;

    private final long[] tickets = new long[MAX_NOTES];
    private final long[] sequences = new long[MAX_NOTES];
    private final long[] timesNs = new long[MAX_NOTES];
    private int size;
    /** Every such call leaves a note. */
    private long interval = 1;
    private long calls;

    /**
     * Notes what there is by now.
     *
     * @param nextTicket      the next entry that the writer will be given
     * @param nextSequence    the next signal
     * @param writtenTicket   entries before this one are written
     * @param writtenSequence signals before this one are written or were lost
     * @return nanoseconds since the oldest note that the writer has not reached; 0 if it has written everything
     */
    long note(long nowNs, long nextTicket, long nextSequence, long writtenTicket, long writtenSequence) {
        int reached = 0;
        while (reached < size && tickets[reached] <= writtenTicket && sequences[reached] <= writtenSequence) {
            reached++;
        }
        keep(reached, 1);
        interval = size == 0 ? 1 : interval;
        if (size == MAX_NOTES) {
            // The more it lags, the coarser.
            keep(0, 2);
            interval *= 2;
        }
        boolean isDue = ++calls % interval == 0;
        if (isDue && (writtenTicket < nextTicket || writtenSequence < nextSequence)) {
            tickets[size] = nextTicket;
            sequences[size] = nextSequence;
            timesNs[size] = nowNs;
            size++;
        }
        return size == 0 ? 0 : nowNs - timesNs[0];
    }

    private void keep(int first, int step) {
        int kept = 0;
        for (int i = first; i < size; i += step) {
            tickets[kept] = tickets[i];
            sequences[kept] = sequences[i];
            timesNs[kept] = timesNs[i];
            kept++;
        }
        size = kept;
    }
}
