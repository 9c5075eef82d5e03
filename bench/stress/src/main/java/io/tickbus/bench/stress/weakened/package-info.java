// SPDX-License-Identifier: Apache-2.0
/**
 * The same races with one line left out or swapped. Each must <b>fail</b>: it shows that the test beside it would
 * notice, and what the line is for. {@code StressIT} asserts that it does.
 */
package io.tickbus.bench.stress.weakened;
