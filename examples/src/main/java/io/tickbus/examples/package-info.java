// SPDX-License-Identifier: Apache-2.0
/**
 * Small programs to start from, each a {@code main} in one file that uses nothing but the public API: a publisher, a
 * subscriber, a client of the timer daemon, a daemon inside an application, the timer engine alone, and a checker of
 * URLs driven by timers. {@code ./tickbus example publisher} runs the first.
 */
package io.tickbus.examples;
