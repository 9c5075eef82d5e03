// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import java.nio.ByteOrder;

/**
 * What travels between a client and the cluster, and between a follower and the member that feeds it, all of it
 * little-endian.
 *
 * <pre>
 *  request  0 correlation, 0 for no reply | 8 kind | 16 commands, or of a query: owner int32 | 24 key | 32 limit int32
 *  reply    0 correlation | 8 kind | 16 what follows:
 *    ANSWER    16 position | 24 cluster's time | 32 commands int32 | 36 refused int32 | 40 number of an owner or host
 *              44 hosts int32 | of each refused: its index int32, its code int32
 *              of each host: number int32, lag int64
 *    STATE     messages of an IntentSnapshot, the last of which ends it
 *  follower to member, every 500 ms
 *           0 number of the attempt | 8 kind FOLLOW | 16 position: a state of a later one is wanted
 *           24 endpoint, ASCII
 *  member to follower
 *           0 number of the attempt | 8 kind | 9 number of the frame int56, from 0 | 16 position | 24 cluster's time
 *           32 term int32 | 36 what follows:
 *    STATE     a message of an IntentSnapshot
 *    STATE_END nothing
 *    FOLLOWED  commands that were applied
 *    ALIVE     nothing
 * </pre>
 */
final class Messages {
    static final int CORRELATION = 0;
    static final int KIND = 8;
    static final int BODY = 16;

    /** Commands of the log. */
    static final byte COMMANDS = 1;
    /** Asks for one timer, or those of an owner, and all hosts. */
    static final byte QUERY = 2;
    /** Asks for the whole state, once it is newer than what is known, and then for everything that is applied. */
    static final byte FOLLOW = 3;

    static final byte ANSWER = 1;
    static final byte STATE = 2;
    static final byte FOLLOWED = 3;
    static final byte STATE_END = 4;
    static final byte ALIVE = 5;

    static final int QUERY_OWNER = BODY;
    static final int QUERY_KEY = BODY + 8;
    static final int QUERY_LIMIT = BODY + 16;
    static final int QUERY_LENGTH = BODY + 20;

    static final int POSITION = BODY;
    static final int TIME = BODY + 8;
    static final int COUNT = BODY + 16;
    static final int REFUSED = BODY + 20;
    static final int NUMBER = BODY + 24;
    static final int HOSTS = BODY + 28;
    static final int DETAILS = BODY + 32;

    static final int KNOWN = BODY;
    static final int ENDPOINT = BODY + 8;

    static final int TERM = BODY + 16;
    static final int FOLLOWED_BODY = BODY + 20;

    /** Timers of every owner. */
    static final int ALL_OWNERS = -1;
    /** No timers: only the hosts. */
    static final int NO_OWNER = -2;
    static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    private Messages() {
    }
}
