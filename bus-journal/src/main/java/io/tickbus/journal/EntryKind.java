package io.tickbus.journal;

/**
 * What a record of the journal says. Each begins with a header word: kind (8 bits), zero (8), owner (16), and a
 * user's id where there is one (32).
 */
enum EntryKind {
    /** Nothing; no record has this number. */
    NONE,
    /** A signal as the bus's ring holds it: header, sequence, seven words. */
    SIGNAL,
    /** Signals that were overwritten before they could be written: header, first sequence, count. */
    GAP,
    /** Whose an owner's number is; user in the header, the name in the body. */
    OWNER,
    /** A command about a durable timer, carried out: seven words, and the ticket of its intent or −1. */
    APPLIED,
    /** A command that is carried out and answered when this is on the disk: seven words. */
    PENDING,
    /** An intent that came to nothing: its ticket. */
    ABORTED,
    /** A durable timer as a snapshot found it, or as pausing or resuming left it: nine words. */
    IMAGE,
    /** A snapshot begins. */
    SNAPSHOT_BEGIN,
    /** It is whole: the ticket of its beginning. */
    SNAPSHOT_END,
    /** A daemon has started, and has carried out what stands before, intents included: history. */
    START;

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
