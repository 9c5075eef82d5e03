// SPDX-License-Identifier: Apache-2.0
/** Latency from process to process: all transports in the same pair of processes, in bursts that take turns. */
package io.tickbus.bench.latency.oneway;

