package io.tickbus.bench.latency;

/**
 * One burst of messages, as both sides know it.
 *
 * @param first    number of its first message among all of its transport
 * @param count    messages
 * @param startNs  intended time of the first, CLOCK_MONOTONIC nanoseconds; 0 for the receiver, who reads it per message
 * @param gapNs    between two intended times
 * @param giveUpNs when the receiver stops waiting
 */
record Burst(long first, int count, long startNs, long gapNs, long giveUpNs) {
}
