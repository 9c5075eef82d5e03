// SPDX-License-Identifier: Apache-2.0
/** Messages a second through the transports that spin, from one writer to one or more readers. */
package io.tickbus.bench.latency.throughput;
