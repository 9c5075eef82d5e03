// SPDX-License-Identifier: Apache-2.0
/** {@code tickbus calendar}. */
package io.tickbus.cli.calendar;
