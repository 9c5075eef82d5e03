// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.timer;

/** What became of a command. */
public enum ReplyCode {
    /** The timer is armed; any earlier timer with its key is replaced. */
    ARMED,
    /** The timer was pending and will not fire any more. */
    CANCELLED,
    /** It fired before the command arrived, as the signal of the sequence given. Remembered for a while only. */
    ALREADY_FIRED,
    /** No timer of that key is pending, nor did one fire lately. */
    UNKNOWN,
    /** There is no room for another timer; the reason says whose quota is used up. Nothing was changed. */
    FULL,
    /** The command makes no sense; the reason says why. Nothing was changed. */
    INVALID,
    /** The timer was paused. */
    PAUSED,
    /** The timer was resumed. */
    RESUMED,
    /** One timer of the list that was asked for. */
    LISTED,
    /** The end of a page of the list. */
    LIST_END,
    /** The rest of what the timer of the reply before is. */
    LISTED_REST,
    /** The command has a scope and is on its way to the cluster. What becomes of it is told by another reply. */
    SUBMITTED,
    /** The cluster has not answered in time: the command may or may not be carried out, also later. */
    UNCERTAIN,
    /** To the gateway of a cluster: a command that has a scope. */
    FORWARDED,
    /** To the gateway: the rest of the command of the reply before. */
    FORWARDED_REST,
    /** To the gateway: half of the name of an owner whose command follows. */
    FORWARDED_NAME,
    /** A part of the text of the schedule that was asked for. */
    LISTED_TEXT;

    private static final ReplyCode[] BY_CODE = values();

    /** The number in a reply: 1 for the first; new ones go to the end. */
    @SuppressWarnings("EnumOrdinal")
    public int code() {
        return ordinal() + 1;
    }

    /** Whether more replies to the same command follow. */
    public boolean isPartOfList() {
        return switch (this) {
            case LISTED, LISTED_REST, LISTED_TEXT, FORWARDED, FORWARDED_REST, FORWARDED_NAME -> true;
            default -> false;
        };
    }

    /** The code of a number; null for one that means nothing. */
    public static ReplyCode of(int code) {
        return code > 0 && code <= BY_CODE.length ? BY_CODE[code - 1] : null;
    }
}
