// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus publish}: publishes signals by hand or at a rate.
 */
package io.tickbus.cli.publish;
