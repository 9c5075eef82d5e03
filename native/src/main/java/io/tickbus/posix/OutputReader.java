// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import java.lang.ref.Reference;

/**
 * Tells whether anybody still reads this process's output. A writer that has nothing to write does not find out
 * otherwise.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> one system call, which does not block.
 *
 * <p>Errors: {@link LinkageError} if {@link LinuxPlatform#unavailableReason()} gives a reason.
 *
 * <p>Source: poll(2): POLLERR "is also set for a file descriptor referring to the write end of a pipe when the read end
 * has been closed"; POLLHUP: "Hang up" of a socket whose peer has closed its end.
 */
public final class OutputReader {
    private static final int STANDARD_OUTPUT = 1;
    private static final int POLLERR = 8;
    private static final int POLLHUP = 16;
    private static final int EVENTS_ANSWERED_SHIFT = 48;

    private OutputReader() {
    }

    /** Whether standard output is a pipe, or a Unix-domain socket, without a reader. */
    public static boolean isGone() {
        NativeBlock question = new NativeBlock(Long.BYTES);
        question.putLong(0, STANDARD_OUTPUT);
        try {
            return Libc.here().poll(question.address(), 1, 0) == 1
                    && (question.getLong(0) >>> EVENTS_ANSWERED_SHIFT & (POLLERR | POLLHUP)) != 0;
        } finally {
            Reference.reachabilityFence(question);
        }
    }
}
