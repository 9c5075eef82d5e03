// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

/**
 * Failures of the system that a program must tell apart, and that Java gives as text only: in the language of the
 * user. Linux has the same numbers on x86-64 and aarch64.
 *
 * <p><b>Threads:</b> any.
 */
public enum SystemError {
    /** ENOENT. */
    NO_SUCH_FILE(2, "No such file or directory"),
    /** ENOSPC. */
    NO_SPACE(28, "No space left on device"),
    /** EDQUOT. */
    OVER_QUOTA(122, "Disk quota exceeded"),
    /** EACCES. */
    PERMISSION_DENIED(13, "Permission denied"),
    /** EMFILE. */
    OPEN_FILES(24, "Too many open files"),
    /** EPIPE. */
    BROKEN_PIPE(32, "Broken pipe"),
    /** EAGAIN. */
    TRY_AGAIN(11, "Resource temporarily unavailable");

    private final int number;
    private final String english;

    SystemError(int number, String english) {
        this.number = number;
        this.english = english;
    }

    /** Whether the text of an exception says this, in English or in the language of this process. */
    public boolean isIn(String text) {
        if (text == null || text.contains(english)) {
            return text != null;
        }
        String local = Platforms.current().errorText(number);
        return !local.isEmpty() && text.contains(local);
    }
}
