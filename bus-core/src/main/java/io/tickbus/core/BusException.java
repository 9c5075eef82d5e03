// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

import io.tickbus.core.internal.VisibleText;
import io.tickbus.core.internal.platform.SystemError;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * The environment does not allow what was asked: a file is missing, foreign, stale, owned by somebody else, too short.
 * The message is one sentence in three parts: what failed with which path, why, and what to do about it.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class BusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong, for programs. */
    public enum Reason {
        /** No bus of that name, or its publisher has not finished creating it. */
        NOT_FOUND,
        /** The file does not start with the magic number. */
        WRONG_MAGIC,
        /** Another version of the file layout. */
        WRONG_VERSION,
        /** Written in the other byte order. */
        WRONG_BYTE_ORDER,
        /** Another header or record length. */
        WRONG_RECORD_SIZE,
        /** The file's length is not what its header says. */
        WRONG_LENGTH,
        /** Left over from before the host was last booted. */
        WRONG_BOOT_ID,
        /** Its clock differs, because publisher and reader are in different time namespaces. */
        WRONG_TIME_NAMESPACE,
        /** The contents contradict each other. */
        CORRUPT,
        /** Somebody else publishes on this bus. */
        IN_USE,
        /** A directory or file belongs to somebody else, is open to everybody, or may not be accessed. */
        NOT_TRUSTED,
        /** The bus's path is a symbolic link, or is neither a file nor a directory. */
        NOT_A_FILE,
        /** This process has reached its limit of open files. */
        OPEN_FILES,
        /** The file system is full. */
        NO_SPACE,
        /** The file was shortened while mapped. */
        TRUNCATED,
        /** A page of a mapped file is not there although the file's length says so: a hole on a full file system. */
        UNREADABLE,
        /** Signals were missed and the subscriber asked to fail then. */
        OVERRUN,
        /** The daemon rejects this client, or has evicted it, or is gone. */
        DISCONNECTED,
        /** The daemon did not answer in time. */
        TIMEOUT,
        /** A settings file says what is not allowed. */
        BAD_SETTINGS,
        /** The operating system refused a call. */
        SYSTEM
    }

    private final Reason reason;

    /**
     * Builds the sentence {@code "what: why; remedy"}.
     *
     * @param what   what failed, with the path or the name
     * @param why    the cause, with the values that differ, and errno's text where there is one
     * @param remedy what the reader can do
     */
    public BusException(Reason reason, String what, String why, String remedy) {
        super(what + ": " + why + "; " + remedy);
        this.reason = reason;
    }

    /** Wraps a failed call on a path. */
    public static BusException system(Path path, Throwable cause, String remedy) {
        String why = why(cause);
        BusException e = new BusException(Reason.SYSTEM, VisibleText.of(String.valueOf(path)), why,
                SystemError.OPEN_FILES.isIn(why) ? "raise the limit on open files (ulimit -n, LimitNOFILE)"
                        : remedy);
        e.initCause(cause);
        return e;
    }

    /** The cause of a failed call in words: what the system says of it, and not Java's name for it. */
    public static String why(Throwable cause) {
        if (cause instanceof FileSystemException failure && failure.getReason() != null) {
            return failure.getReason();
        } else if (cause instanceof NoSuchFileException) {
            return "there is no such file";
        } else if (cause instanceof AccessDeniedException) {
            return "permission denied";
        } else if (cause instanceof FileAlreadyExistsException) {
            return "it is there already";
        } else if (cause instanceof DirectoryNotEmptyException) {
            return "it is not empty";
        } else if (cause instanceof NotDirectoryException) {
            return "it is not a directory";
        } else if (cause instanceof CharacterCodingException) {
            return "it is not text in the expected encoding";
        } else if (cause instanceof ClosedByInterruptException) {
            return "the thread was interrupted";
        } else if (cause instanceof ClosedChannelException) {
            return "it was closed meanwhile";
        }
        return cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
    }

    /** What is wrong, for programs. */
    public Reason reason() {
        return reason;
    }
}
