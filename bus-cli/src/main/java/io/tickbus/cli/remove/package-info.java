// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus remove}: deletes a bus that nobody publishes on.
 */
package io.tickbus.cli.remove;
