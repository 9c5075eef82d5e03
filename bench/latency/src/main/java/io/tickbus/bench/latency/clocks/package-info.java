// SPDX-License-Identifier: Apache-2.0
/** What it costs to ask what time it is, by every path, on every JDK and with every clock source of the kernel. */
package io.tickbus.bench.latency.clocks;
