// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.timer;

/** Why a command was refused, or a client rejected or evicted. */
public enum ReplyReason {
    /** No reason is needed. */
    NONE("no reason"),
    /** No such type of command. */
    UNKNOWN_TYPE("the command's type is unknown"),
    /** A flag that means nothing. */
    UNKNOWN_FLAG("a flag of the command is unknown"),
    /** A deadline that is negative or too far away, or of a schedule, too long ago. */
    BAD_DEADLINE("the deadline is negative or more than 100 years away, or a schedule is to begin more than 366 days "
            + "ago"),
    /** A period that is negative, or too short. */
    BAD_PERIOD("the period is neither 0 nor at least 1 microsecond, or longer than 100 years"),
    /** No such policy. */
    BAD_MISFIRE_POLICY("the misfire policy is unknown, or a durable timer has a number instead of one"),
    /** FIRE_ALL without a cap, or with one too large. */
    BAD_CAP("FIRE_ALL needs a catch-up cap from 1 to 1000000"),
    /** More than 12 bytes. */
    BAD_PAYLOAD("the payload is longer than 12 bytes"),
    /** The owner has reached its quota of timers. */
    OWNER_QUOTA("the owner has as many timers as its quota allows"),
    /** The daemon has reached its quota of timers. */
    DAEMON_QUOTA("the daemon has as many timers as its quota allows"),
    /** As many clients as there are sessions. */
    TOO_MANY_CLIENTS("the daemon serves as many clients as it can"),
    /** The file of its ring is not one that this daemon can read. */
    BAD_CLIENT_FILE("the file of its ring is missing, or not of this version, or it is of another user than the "
            + "daemon and must not have one"),
    /** A slot of its ring holds what no client writes. */
    CORRUPT_RING("its command ring holds what no client writes"),
    /** Its ring cannot be read: its file was shortened, or its storage taken away. */
    UNREADABLE("its command ring cannot be read any more"),
    /** Garbage, half a message, another version. */
    BAD_HELLO("it sent what no client of this version sends"),
    /** It connects to another daemon, one before this. */
    WRONG_EPOCH("it is connected to a daemon that has ended"),
    /** The daemon cannot open its ring. */
    OPEN_FILES("the daemon's open-files limit is reached: raise it with 'ulimit -n'"),
    /** It has closed its socket, or its process is gone. */
    CLOSED("it has closed, or its process is gone"),
    /** The daemon stops. */
    STOPPING("the daemon stops"),
    /** SKIP without any grace: no firing is ever that punctual, and it would skip each. */
    BAD_GRACE("SKIP needs a grace of at least 1 microsecond"),
    /** A durable timer at a daemon without a journal. */
    NO_JOURNAL("durable timers need a daemon with a journal: start it with --journal, and tickbus-journal on its class "
            + "path"),
    /** A durable timer of a client without a name, whom no successor could find. */
    NO_CLIENT_NAME("a durable timer needs a client with a name"),
    /** The journal's disk is full, read-only or broken just now. */
    JOURNAL_UNAVAILABLE("the journal cannot be written just now, so nothing durable can be promised"),
    /** The user has reached its quota of timers. */
    USER_QUOTA("the user has as many timers as the quota of a user allows"),
    /** Its periodic timers would fire more often than they may. */
    RATE_QUOTA("the periodic timers of the client or of its user would fire more often than their quota allows"),
    /** It arms more often than it may. */
    ARMING_QUOTA("the client or its user arms more timers in a second than its quota allows"),
    /** It is of another user, and the daemon serves its own user alone. */
    NOT_SHARED("the bus is not shared, and belongs to another user: its daemon is to be started with --group"),
    /** A command with a scope at a daemon without a cluster. */
    NO_CLUSTER("no member of a cluster serves this daemon, so only timers of this host can be armed: start one with "
            + "'tickbus cluster member'"),
    /** A timer of a cluster, of a client without a name, or with one that is too long. */
    CLUSTER_NAME("a timer of a cluster needs a client with a name of at most 56 characters"),
    /** A timer that a cluster cannot have. */
    BAD_SCOPE("the timer of a cluster has one scope, at most 4 bytes of payload, no durability of its own, a period of "
            + "at least 1 ms or with scope once 1 s, and with FIRE_ALL a cap of 1000"),
    /** As many timers or owners as a cluster can have, or too many commands that wait for it. */
    CLUSTER_FULL("the cluster has no room for more timers or owners, or too many commands wait for it"),
    /** A schedule that was not sent, or not as a whole, or is not understood. */
    BAD_SCHEDULE("the daemon does not have the timer's schedule, or does not understand it, or its zone is unknown "
            + "there: use the same tickbus version on both sides"),
    /** A schedule whose last occurrence is past. */
    NEVER_DUE("the timer's schedule has no occurrence left");

    private static final ReplyReason[] BY_CODE = values();

    private final String sentence;

    ReplyReason(String sentence) {
        this.sentence = sentence;
    }

    /** The number in a reply: 0 for the first; new ones go to the end. */
    @SuppressWarnings("EnumOrdinal")
    public int code() {
        return ordinal();
    }

    /** The reason in words, without a subject's name. */
    public String sentence() {
        return sentence;
    }

    /** The reason of a number; {@link #NONE} for one that means nothing. */
    public static ReplyReason of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : NONE;
    }
}
