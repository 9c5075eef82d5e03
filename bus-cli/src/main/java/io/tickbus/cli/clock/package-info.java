// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus clock}: which clock source the kernel uses, what a read costs, and whether Java's clock is
 * CLOCK_MONOTONIC.
 */
package io.tickbus.cli.clock;
