// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.journal;

import java.util.List;

/**
 * What a journal's recovery has restored.
 *
 * @param owners     the owners that have timers
 * @param timers     the number of timers
 * @param overdue    how many of the timers were due by then
 * @param entries    the number of entries and signals read
 * @param unreadable the number of unreadable pieces, which were saved as files
 * @param tookNs     the duration in nanoseconds
 */
public record RecoveryResult(List<Owner> owners, int timers, int overdue, long entries, long unreadable, long tookNs) {
    /** An owner of timers: the number, the user, and the name by which clients find their timers. */
    public record Owner(int number, int user, String name) {
    }
}
