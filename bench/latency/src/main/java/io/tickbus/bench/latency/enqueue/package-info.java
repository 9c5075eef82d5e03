/** What it costs to put a message into a ring without a lock and into rings with one, within one process. */
package io.tickbus.bench.latency.enqueue;
