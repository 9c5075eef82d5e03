// SPDX-License-Identifier: Apache-2.0
/**
 * Timers without files and threads, driven by a loop of the user's own. Start with {@link
 * io.tickbus.timer.TimerEngine}, which arms, cancels, pauses and fires keyed timers with misfire policies and quotas.
 * {@link io.tickbus.timer.TimingWheel} only orders deadlines. All other types belong to these two.
 */
package io.tickbus.timer;
