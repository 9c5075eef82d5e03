// SPDX-License-Identifier: Apache-2.0
/**
 * Arms and cancels timers at the daemon. Start with {@link io.tickbus.client.TimerClient}, which needs no thread of
 * its own; its firings are read by a {@code SignalSubscriber} on the same bus. The other classes are its connection:
 * commands on their way out, replies on their way in.
 */
package io.tickbus.client;
