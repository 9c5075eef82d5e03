// SPDX-License-Identifier: Apache-2.0
/**
 * What a user of any part of Tickbus meets: where a bus lives ({@link io.tickbus.core.BusDirectory}), what it carries
 * ({@link io.tickbus.core.SignalRecord}), how to wait for it ({@link io.tickbus.core.WaitStrategy}), what an error
 * says ({@link io.tickbus.core.BusException}). To publish or to read, see {@code io.tickbus.publisher} or
 * {@code io.tickbus.subscriber}.
 */
package io.tickbus.core;
