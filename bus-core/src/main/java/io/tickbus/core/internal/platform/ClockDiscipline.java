// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

/**
 * How CLOCK_REALTIME is kept, as the kernel was told by whatever keeps it.
 *
 * @param isSynchronized   whether something keeps it, such as chrony or systemd-timesyncd
 * @param maxErrorNs       the most that it can be wrong, in nanoseconds; grows by itself until it is renewed
 * @param estimatedErrorNs how wrong it probably is, in nanoseconds
 * @param taiOffsetS       by how much CLOCK_TAI is ahead, in seconds; 0 if the kernel was never told
 */
public record ClockDiscipline(boolean isSynchronized, long maxErrorNs, long estimatedErrorNs, int taiOffsetS) {
}
