// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus metrics}: metrics of buses for Prometheus.
 */
package io.tickbus.cli.metrics;
