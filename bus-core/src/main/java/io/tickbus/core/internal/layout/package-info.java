// SPDX-License-Identifier: Apache-2.0
/**
 * Offsets, lengths and values of every file and message, as {@code docs/WIRE_FORMAT.md} describes them; no code. Start
 * with {@link io.tickbus.core.internal.layout.SignalsLayout} and
 * {@link io.tickbus.core.internal.layout.SignalRecordLayout}.
 */
package io.tickbus.core.internal.layout;
