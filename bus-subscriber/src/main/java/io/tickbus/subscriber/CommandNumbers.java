package io.tickbus.subscriber;

/**
 * Numbers of a client's commands, from their sequences in one connection's ring. They increase by one from command to
 * command and from connection to connection, but leave out those whose low half is 0: the low half is the generation
 * of what the command arms, and no generation is 0.
 *
 * @param first how many numbers come before that of the connection's first command
 */
record CommandNumbers(long first) {
    private static final long GENERATIONS = 0xFFFF_FFFFL;

    /** From a random one of the first 2^32 on, so that clients one after the other have different generations. */
    static CommandNumbers from(long random) {
        return new CommandNumbers(random & 0xFFFF_FFFFL);
    }

    /** Those of the next connection, when the ring's next sequence was this one. */
    CommandNumbers next(long nextSequence) {
        return new CommandNumbers(first + nextSequence);
    }

    /** The number of the command of a sequence. */
    long of(long sequence) {
        long before = first + sequence;
        return before + 1 + before / GENERATIONS;
    }
}
