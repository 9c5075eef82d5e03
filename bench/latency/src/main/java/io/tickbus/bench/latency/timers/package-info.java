/** How late timers are, what they cost, and what disturbs them: Tickbus beside other timers, in processes of their own. */
package io.tickbus.bench.latency.timers;
