// SPDX-License-Identifier: Apache-2.0
/** What results mean: one HTML page, targets and results, and what changed from one run to another. */
package io.tickbus.bench.latency.report;

