// SPDX-License-Identifier: Apache-2.0
/** What a daemon asks of a journal; implemented on Chronicle Queue by the module bus-journal. */
package io.tickbus.daemon.journal;
