// SPDX-License-Identifier: Apache-2.0
/**
 * The daemon that keeps the timers of other processes: it takes their commands through shared memory or a socket, runs
 * them on a {@code TimerEngine} and publishes what fires. Start with {@link io.tickbus.daemon.TimerDaemon}, which an
 * application may embed, and {@link io.tickbus.daemon.DaemonSettings}. Two threads share the work: the timer thread
 * ({@link io.tickbus.daemon.TimerLoop}) and the conductor, which accepts clients.
 */
package io.tickbus.daemon;
