// SPDX-License-Identifier: Apache-2.0
/** How late timers are, what they cost, and what disturbs them: Tickbus beside other timers. */
package io.tickbus.bench.latency.timers;

