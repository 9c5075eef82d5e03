// SPDX-License-Identifier: Apache-2.0
/**
 * The strategies behind {@link io.tickbus.core.WaitStrategy}. Start with
 * {@link io.tickbus.core.internal.wait.PredictiveWait}, which sleeps until just before the next deadline, and its
 * {@link io.tickbus.core.internal.wait.WakeGuard}, which learns how long before.
 */
package io.tickbus.core.internal.wait;
