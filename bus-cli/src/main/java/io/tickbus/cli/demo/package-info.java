// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus demo}: a publisher and a subscriber in two processes, and what their signals cost in latency and
 * processor time.
 */
package io.tickbus.cli.demo;
