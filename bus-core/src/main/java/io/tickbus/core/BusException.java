package io.tickbus.core;

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
        /** A symbolic link, or something else than a file or directory, stands in the bus's place. */
        NOT_A_FILE,
        /** The file system has no room. */
        NO_SPACE,
        /** The file was shortened while mapped. */
        TRUNCATED,
        /** Signals were missed and the subscriber asked to fail then. */
        OVERRUN,
        /** The daemon does not let this client in, or has put it out, or is gone. */
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
        BusException e = new BusException(Reason.SYSTEM, String.valueOf(path), String.valueOf(cause), remedy);
        e.initCause(cause);
        return e;
    }

    /** What is wrong, for programs. */
    public Reason reason() {
        return reason;
    }
}
