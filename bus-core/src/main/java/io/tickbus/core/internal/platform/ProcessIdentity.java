// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

/**
 * Who a process is: its pid alone says little, since pids are reused and each pid namespace has its own.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param pid          as its own namespace numbers it
 * @param startTicks   start of the process in clock ticks since boot; 0 where unknown
 * @param pidNamespace inode of its pid namespace; 0 where unknown
 */
public record ProcessIdentity(long pid, long startTicks, long pidNamespace) {
    private static final int START_TIME_FIELD = 22;
    private static final int FIRST_FIELD_AFTER_NAME = 3;

    /** This process. */
    public static ProcessIdentity current() {
        return of(ProcessHandle.current().pid(), "self");
    }

    /**
     * Another process of this pid namespace; without a start time where there is none of that pid.
     *
     * @param pid as this process's own namespace numbers it
     */
    public static ProcessIdentity of(long pid) {
        return of(pid, Long.toString(pid));
    }

    private static ProcessIdentity of(long pid, String folder) {
        return new ProcessIdentity(pid, startTicks(HostFiles.ROOT.firstLine("proc/" + folder + "/stat")),
                HostFiles.ROOT.namespaceInode("proc/" + folder + "/ns/pid"));
    }

    /** The start time out of a line of /proc/PID/stat, whose second field may itself contain blanks and brackets. */
    static long startTicks(String statLine) {
        String[] fields = statLine.substring(statLine.lastIndexOf(')') + 1).strip().split(" ", -1);
        int index = START_TIME_FIELD - FIRST_FIELD_AFTER_NAME;
        return fields.length > index ? Long.parseLong(fields[index]) : 0;
    }
}
