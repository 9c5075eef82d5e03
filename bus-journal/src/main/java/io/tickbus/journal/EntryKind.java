// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

/**
 * The kind of a record of the journal. Each record begins with a header word: kind (8 bits), zero (8), owner (16), and
 * the id of a user, if the kind has one (32).
 */
enum EntryKind {
    /** Nothing; no record has this number. */
    NONE,
    /** A signal as the bus's ring holds it: header, sequence, seven words. */
    SIGNAL,
    /** Signals that were overwritten before they could be written: header, first sequence, count. */
    GAP,
    /** The user and the name of an owner's number: user in the header, name in the body. */
    OWNER,
    /** A command about a durable timer was carried out: seven words, and the ticket of its PENDING entry or −1. */
    APPLIED,
    /** A command that will be carried out and answered once this entry is on the disk: seven words. */
    PENDING,
    /**
     * A PENDING command was not carried out, or is described by the image before this entry: the ticket of the PENDING
     * entry.
     */
    ABORTED,
    /** A durable timer during a snapshot, or after it was paused or resumed: nine words. */
    IMAGE,
    /** A snapshot begins: two words with the version of the daemon's rules of time zones. */
    SNAPSHOT_BEGIN,
    /** A snapshot is complete: the ticket of its beginning. */
    SNAPSHOT_END,
    /**
     * A daemon has started and carried out what precedes this entry, pending commands included: the bus's history, and
     * two words with the version of its rules of time zones.
     */
    START,
    /** A part of a schedule that commands and images after it have: a command that defines it, seven words. */
    SCHEDULE;

    private static final EntryKind[] BY_CODE = values();
    private static final int OWNER_SHIFT = 16;
    private static final int OWNER_MASK = 0xFFFF;
    private static final int CODE_MASK = 0xFF;

    @SuppressWarnings("EnumOrdinal") // The order of the constants is the format.
    long header(int owner, int user) {
        return ordinal() | ((long) owner << OWNER_SHIFT) | ((long) user << Integer.SIZE);
    }

    static EntryKind of(long header) {
        int code = (int) header & CODE_MASK;
        return code < BY_CODE.length ? BY_CODE[code] : NONE;
    }

    static int owner(long header) {
        return (int) (header >>> OWNER_SHIFT) & OWNER_MASK;
    }

    static int user(long header) {
        return (int) (header >>> Integer.SIZE);
    }
}
