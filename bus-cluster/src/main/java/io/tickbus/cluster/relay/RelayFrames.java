// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

/**
 * The messages between the two ends of a relay, little-endian.
 *
 * <pre>
 *  all      0 int32 type   4 int32 version   8 int64 sender: random for each start of a sender
 *  DATA    16 int64 historyId   24 int64 firstSequence   32 entries, for one sequence after the other
 *  STATUS  16 int64 historyId   24 int64 nextSequence, everything before it was sent   32 16 B boot id
 *          48 int64 offset of the time namespace   56 int64 recording, −1 for none   64 int64 sentNs
 *          72 int32 length   76 ASCII: where PINGs go, and, behind a blank, where the archive is
 *  PONG    16 int64 receiver   24 int64 pingedNs   32 int64 receivedNs   40 int64 sentNs
 *  PING    16 int64 receiver   24 int64 pingedNs   32 int64 historyId   40 int64 nextSequence, or −1
 *          48 int32 1 where the receiver joins and asks for what comes after nextSequence
 *
 *  entry   40 B: words 1 to 5 of a record; 56 B: 1 to 7, where it has a payload or is COALESCED
 *          16 B: int64 {@link #ABSENT} or {@link #LOST}, int64 how many sequences
 * </pre>
 *
 * <p>DATA, STATUS and PONG are of one stream from the sender to all receivers, PING of one from each receiver to it.
 * Where DATA are recorded, they are of a stream of their own.
 */
final class RelayFrames {
    static final int STREAM = 7411;
    static final int RETURN_STREAM = 7412;
    static final int RECORDED_STREAM = 7413;
    static final int REPLAY_STREAM = 7414;
    static final int VERSION = 1;

    static final int DATA = 1;
    static final int STATUS = 2;
    static final int PONG = 3;
    static final int PING = 4;

    static final int TYPE = 0;
    static final int VERSION_AT = TYPE + Integer.BYTES;
    static final int SENDER = VERSION_AT + Integer.BYTES;
    private static final int BODY = SENDER + Long.BYTES;

    static final int HISTORY = BODY;
    static final int SEQUENCE = HISTORY + Long.BYTES;
    static final int ENTRIES = SEQUENCE + Long.BYTES;

    static final int BOOT_ID = ENTRIES;
    static final int NAMESPACE_OFFSET_NS = BOOT_ID + 2 * Long.BYTES;
    static final int RECORDING = NAMESPACE_OFFSET_NS + Long.BYTES;
    static final int STATUS_SENT_NS = RECORDING + Long.BYTES;
    static final int RETURN_CHANNEL = STATUS_SENT_NS + Long.BYTES;

    static final int RECEIVER = BODY;
    static final int PINGED_NS = RECEIVER + Long.BYTES;
    static final int RECEIVED_NS = PINGED_NS + Long.BYTES;
    static final int PONG_SENT_NS = RECEIVED_NS + Long.BYTES;
    static final int PONG_LENGTH = PONG_SENT_NS + Long.BYTES;

    static final int PING_HISTORY = PINGED_NS + Long.BYTES;
    static final int PING_SEQUENCE = PING_HISTORY + Long.BYTES;
    static final int PING_JOINS = PING_SEQUENCE + Long.BYTES;
    static final int PING_LENGTH = PING_JOINS + Integer.BYTES;

    /** Sequences of signals whose ids are not relayed. */
    static final long ABSENT = Long.MIN_VALUE;
    /** Sequences that the sender's bus has overwritten before they were sent. */
    static final long LOST = Long.MIN_VALUE + 1;
    static final int RUN_LENGTH = 2 * Long.BYTES;
    static final int SHORT_RECORD = 5 * Long.BYTES;
    static final int LONG_RECORD = 7 * Long.BYTES;

    /** Position of a receiver that has nothing yet. */
    static final long NOWHERE = -1;

    private RelayFrames() {
    }
}
