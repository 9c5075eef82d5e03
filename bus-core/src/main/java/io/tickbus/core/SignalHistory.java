// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

/**
 * Signals that the bus's ring does not have any more, in their order: for a subscriber that fell behind.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> reads files. <b>Loss:</b> never silent: what is missing is
 * {@link #MISSING}.
 */
public interface SignalHistory extends AutoCloseable {
    /** {@link #read}: the signal was copied. */
    int COPIED = 1;
    /** {@link #read}: it is not there so far. */
    int NOT_YET = 0;
    /** {@link #read}: it is not there and will not be; later ones may be. */
    int MISSING = -1;

    /**
     * Copies one signal. Cheap where the sequences asked for go up one by one.
     *
     * @param historyId the bus's history, as in the header of its signals file
     * @param fields    takes the words after the stamp
     * @return {@link #COPIED}, {@link #NOT_YET} or {@link #MISSING}
     */
    int read(long historyId, long sequence, long[] fields);

    /** The first sequence after a missing one that is there; {@link Long#MAX_VALUE} for none. */
    long nextAfter(long historyId, long missing);

    @Override
    void close();
}
