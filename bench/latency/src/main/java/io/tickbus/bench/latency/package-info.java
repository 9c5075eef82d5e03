// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus bench}: measures latency, throughput, timers and clocks across processes, beside other ways to do the
 * same. {@link io.tickbus.bench.latency.Latency} lists the commands.
 */
package io.tickbus.bench.latency;
