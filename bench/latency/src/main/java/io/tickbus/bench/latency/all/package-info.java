/** Every benchmark in turn, and what comes of them in one place. */
package io.tickbus.bench.latency.all;
