// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus doctor}: judges whether kernel, limits, memory and JVM of this host suit low latency, and says what
 * to change.
 */
package io.tickbus.cli.doctor;
