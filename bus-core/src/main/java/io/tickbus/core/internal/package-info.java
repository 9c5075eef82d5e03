// SPDX-License-Identifier: Apache-2.0
/**
 * What all modules of the project use and no user sees: the boundary that contains faults of mapped memory,
 * uninterrupted calls, texts of durations and of untrusted names. Start with
 * {@link io.tickbus.core.internal.FaultBoundary}.
 */
package io.tickbus.core.internal;
