package io.tickbus.daemon.journal;

import java.util.List;

/**
 * What a journal has brought back.
 *
 * @param owners     of whom there are timers
 * @param timers     how many
 * @param overdue    of these, how many were due by then
 * @param entries    entries and signals that were read
 * @param unreadable pieces that could not be read, and were set aside
 * @param tookNs     nanoseconds
 */
public record RecoveryResult(List<Owner> owners, int timers, int overdue, long entries, long unreadable, long tookNs) {
    /** Whose timers they are: an owner's number, its user, and the name by which its clients find them. */
    public record Owner(int number, int user, String name) {
    }
}
