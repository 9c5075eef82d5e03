// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import io.tickbus.core.BusException;
import java.lang.ref.Reference;
import java.nio.charset.Charset;

/** The error numbers that this module distinguishes; the same on x86-64 and aarch64. */
final class Errno {
    static final int EPERM = 1;
    static final int ESRCH = 3;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EFAULT = 14;
    static final int EINVAL = 22;
    static final int ENOSPC = 28;
    static final int ENOSYS = 38;
    static final int ELOOP = 40;
    static final int EOPNOTSUPP = 95;
    static final int ETIMEDOUT = 110;
    static final int EDQUOT = 122;

    private static final int TEXT_LENGTH = 1024;

    private Errno() {
    }

    /** {@code "No space left on device (errno=28)"}. */
    static String describe(int errno) {
        String text = switch (errno) {
            case EPERM -> "Operation not permitted";
            case 2 -> "No such file or directory";
            case ESRCH -> "No such process";
            case EINTR -> "Interrupted by a signal";
            case EAGAIN -> "Resource temporarily unavailable";
            case 13 -> "Permission denied";
            case EFAULT -> "Bad address";
            case EINVAL -> "Invalid argument";
            case 27 -> "File too large";
            case ENOSPC -> "No space left on device";
            case 30 -> "Read-only file system";
            case ENOSYS -> "Not implemented by this kernel";
            case ELOOP -> "It is a symbolic link";
            case EOPNOTSUPP -> "Not supported by this file system";
            case ETIMEDOUT -> "Timed out";
            case EDQUOT -> "Disk quota exceeded";
            default -> "System error";
        };
        return text + " (errno=" + errno + ")";
    }

    /** The text that the JVM puts into its exceptions: strerror's, in the locale that the JVM has set. */
    static String localText(int number) {
        NativeBlock text = new NativeBlock(TEXT_LENGTH);
        try {
            Libc.here().__xpg_strerror_r(number, text.address(), text.length());
            return text.string(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")));
        } finally {
            Reference.reachabilityFence(text);
        }
    }

    static BusException failure(String what, int errno, String remedy) {
        return new BusException(BusException.Reason.SYSTEM, what, describe(errno), remedy);
    }
}
