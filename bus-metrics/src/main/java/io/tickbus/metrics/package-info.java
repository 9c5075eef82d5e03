// SPDX-License-Identifier: Apache-2.0
/**
 * Metrics for Prometheus, read from the files of buses by {@link io.tickbus.metrics.BusCollector} and served by
 * {@link io.tickbus.metrics.MetricsServer}.
 */
package io.tickbus.metrics;
