// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import io.tickbus.core.BusException;
import io.tickbus.core.internal.platform.HostFiles;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Sends and blocks POSIX signals. {@link PosixSignalWaiter} receives them.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> sending does not block. <b>Loss:</b> a standard signal that is already
 * pending coalesces with the next one, whether sent by kill or sigqueue; a real-time signal queues, up to the
 * receiver's RLIMIT_SIGPENDING.
 *
 * <p>Errors: {@link LinkageError} where {@link LinuxPlatform#unavailableReason()} names a reason; {@link BusException}
 * where {@code /proc} cannot be read.
 *
 * <p>Source: kill(2), sigqueue(3), sigprocmask(2), signal(7).
 */
public final class PosixSignals {
    /** The signal was sent. */
    public static final int SENT = 0;
    /** No process has that pid. */
    public static final int NO_SUCH_PROCESS = Errno.ESRCH;
    /** The process belongs to somebody else. */
    public static final int NOT_PERMITTED = Errno.EPERM;
    /** The receiver's queue is full; only {@link #sigqueue} returns this. */
    public static final int QUEUE_FULL = Errno.EAGAIN;

    private static final int SIG_BLOCK = 0;
    private static final Path TASKS = Path.of("/proc/self/task");

    private PosixSignals() {
    }

    /**
     * Sends a signal to one process.
     *
     * @param pid    at least 1: process groups are not supported
     * @param signal 1 to 64
     * @return {@link #SENT}, {@link #NO_SUCH_PROCESS} or {@link #NOT_PERMITTED}
     */
    public static int kill(long pid, int signal) {
        PosixSignal.check(signal);
        return Libc.here().kill(checkedPid(pid), signal) == 0 ? SENT : Libc.here().errno();
    }

    /**
     * Sends a signal with a value to one process.
     *
     * @param pid    at least 1
     * @param signal 1 to 64
     * @param value  what {@link PosixSignalWaiter#value} will return
     * @return {@link #SENT}, {@link #NO_SUCH_PROCESS}, {@link #NOT_PERMITTED} or {@link #QUEUE_FULL}
     */
    public static int sigqueue(long pid, int signal, long value) {
        PosixSignal.check(signal);
        return Libc.here().sigqueue(checkedPid(pid), signal, value) == 0 ? SENT : Libc.here().errno();
    }

    /**
     * Blocks a signal in the calling thread and in those it will start. The JVM's other threads still take it, and a
     * signal sent to the process goes to one of them: start the JVM with {@code env --block-signal=USR1 java …}.
     *
     * @param signal 1 to 64
     */
    public static void block(int signal) {
        NativeBlock set = new NativeBlock(PosixSignalWaiter.SIGSET_LENGTH);
        set.putLong(0, PosixSignal.bit(signal));
        try {
            if (Libc.here().sigprocmask(SIG_BLOCK, set.address(), 0) != 0) {
                throw Errno.failure("blocking signal=" + signal, Libc.here().errno(),
                        "see sigprocmask(2) for this error");
            }
        } finally {
            Reference.reachabilityFence(set);
        }
    }

    /**
     * Whether every thread of this process blocks the signal now, so that the signal stays pending until a {@link
     * PosixSignalWaiter} takes it.
     */
    public static boolean isBlockedInEveryThread(int signal) {
        long bit = PosixSignal.bit(signal);
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                Optional<String> blocked = new HostFiles(task).field("status", "SigBlk");
                // A thread that has just ended has no status file.
                if (blocked.isPresent() && (Long.parseUnsignedLong(blocked.get(), 16) & bit) == 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw BusException.system(TASKS, e, "mount /proc");
        }
    }

    private static int checkedPid(long pid) {
        if (pid < 1 || pid > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a process is named by a pid of at least 1: pid=" + pid);
        }
        return (int) pid;
    }
}
