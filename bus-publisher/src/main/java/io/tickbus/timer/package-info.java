/**
 * Timers without files and threads, driven by the loop of whoever uses them. Start with
 * {@link io.tickbus.timer.TimerEngine}, which arms, cancels, pauses and fires keyed timers with misfire policies and
 * quotas; below it {@link io.tickbus.timer.TimingWheel} only orders deadlines. Everything else here is theirs.
 */
package io.tickbus.timer;
