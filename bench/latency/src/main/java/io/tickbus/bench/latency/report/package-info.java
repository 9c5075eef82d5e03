/** What results mean: one HTML page, the mission's table, and what changed from one run to another. */
package io.tickbus.bench.latency.report;

