// SPDX-License-Identifier: Apache-2.0
/**
 * The files of a bus: creating, attaching, checking and deleting them, and the words of their headers. One file has
 * one writer. Start with {@link io.tickbus.core.internal.file.WritableBus}, which opens a bus to publish on it, and
 * {@link io.tickbus.core.internal.file.SignalsFile}; {@link io.tickbus.core.internal.file.SecureFiles} has the checks
 * that all of them share.
 */
package io.tickbus.core.internal.file;
