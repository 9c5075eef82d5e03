// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus dump}: a bus's file, header field by header field and slot by slot, whatever state it is in.
 */
package io.tickbus.cli.dump;
