// SPDX-License-Identifier: Apache-2.0
/** Durable timers, audit and replay on Chronicle Queue: the journal of a bus, and what reads it. */
package io.tickbus.journal;
