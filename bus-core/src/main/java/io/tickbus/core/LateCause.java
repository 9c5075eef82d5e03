// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

/**
 * Why a firing was late. A firing has one cause: what explains the largest part of its lateness. The cause is found
 * from what the timer thread itself knows, what the kernel counts of it, and what the JVM counts of its own pauses.
 */
public enum LateCause {
    /** The detail means nothing. */
    UNKNOWN(0, "unknown", "nothing that the daemon can see explains it"),
    /** Detail: how long after its deadline the command was read, in nanoseconds. */
    ARMED_LATE(1, "armed late", "its deadline had passed when the daemon got the command that armed it"),
    /** Detail: how many fired before it without a pause. */
    HERD(2, "herd before it", "many timers were due at the same time, and it had to wait for those before it"),
    /** Detail: how many commands were read before it without a pause. */
    COMMAND_BACKLOG(3, "command backlog", "the daemon was busy with commands of its clients"),
    /** Detail: nanoseconds that the command waited for the disk, or that the journal took. */
    JOURNAL(4, "journal", "the command that armed it waited until it was on the disk, or the journal blocked"),
    /** Detail: garbage collections. */
    GC(5, "garbage collection", "the garbage collector of the daemon's JVM had stopped it"),
    /** Detail: safepoints. */
    SAFEPOINT(6, "safepoint", "the daemon's JVM had stopped all of its threads, not for a garbage collection"),
    /** Detail: nanoseconds that the compiler worked meanwhile. */
    JIT(7, "just-in-time compiler", "the daemon's code was being compiled, or ran before it was"),
    /** Detail: page faults. */
    PAGE_FAULT(8, "page faults", "memory that the daemon needed had to be brought in first"),
    /** Detail: how often another thread took the processor meanwhile. */
    NOT_SCHEDULED(9, "not scheduled", "the timer thread was ready, and other threads had the processor"),
    /** Detail: nanoseconds that the hypervisor gave to others. */
    STOLEN(10, "stolen by the hypervisor", "the host's hypervisor had given the processor to another guest"),
    /** Detail: by how much the sleep was too long, in nanoseconds. */
    PROCESSOR_HALTED(11, "processor halted", "an idle processor, or its guest, took that long to wake up"),
    /** Detail: how often it was set. */
    CLOCK_STEP(12, "clock set", "CLOCK_REALTIME was set forward beyond its time"),
    /** Detail: for how long, in nanoseconds. */
    STOPPED(13, "stopped", "the process was stopped, or the host or its guest was suspended");

    private static final LateCause[] BY_CODE = values();

    private final int code;
    private final String label;
    private final String explanation;

    LateCause(int code, String label, String explanation) {
        this.code = code;
        this.label = label;
        this.explanation = explanation;
    }

    /** The number in the file, the same in every version. */
    public int code() {
        return code;
    }

    /** Its name in lists, metrics and logs. */
    public String label() {
        return label;
    }

    /** One sentence, without a full stop. */
    public String explanation() {
        return explanation;
    }

    /** The cause of a number; {@link #UNKNOWN} for one of a later version. */
    public static LateCause of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
    }
}
