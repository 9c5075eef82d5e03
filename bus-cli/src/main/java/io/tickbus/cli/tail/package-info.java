// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus tail}: prints signals as they come, as a table or as JSON, without allocating for each.
 */
package io.tickbus.cli.tail;
