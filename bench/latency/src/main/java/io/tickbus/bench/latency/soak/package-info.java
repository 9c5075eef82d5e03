// SPDX-License-Identifier: Apache-2.0
/** Hundreds of millions of signals and thousands of clients: whether anything of the daemon's grows. */
package io.tickbus.bench.latency.soak;
