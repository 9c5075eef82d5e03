// SPDX-License-Identifier: Apache-2.0
/**
 * Shared memory and the ring of slots in it. {@link io.tickbus.core.internal.memory.SharedRegion} is the one class
 * with ordered accesses, {@link io.tickbus.core.internal.memory.SlotRing} says what a stamp means, and
 * {@link io.tickbus.core.internal.memory.SlotWriter} is its only writer.
 */
package io.tickbus.core.internal.memory;
