// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

/**
 * Numbers of a client's commands, from their sequences in one connection's ring. They increase from command to command
 * and from connection to connection. The low half of a number is the generation of what the command arms; no generation
 * may be 0, so bit 31 is always set: without a branch or a division on the way of an arming.
 *
 * @param first how many commands were numbered before the connection's first
 */
record CommandNumbers(long first) {
    private static final int COUNTED_BITS = 31;
    private static final long ALWAYS_SET = 1L << COUNTED_BITS;

    /** From a random one of the first 2^31 on, so that clients one after the other have different generations. */
    static CommandNumbers from(long random) {
        return new CommandNumbers(random & (ALWAYS_SET - 1));
    }

    /** Those of the next connection, when the ring's next sequence was this one. */
    CommandNumbers next(long nextSequence) {
        return new CommandNumbers(first + nextSequence);
    }

    /** The number of the command of a sequence, which is below 2^61. */
    long of(long sequence) {
        long count = first + sequence;
        return ((count & -ALWAYS_SET) << 1) | ALWAYS_SET | (count & (ALWAYS_SET - 1));
    }
}
