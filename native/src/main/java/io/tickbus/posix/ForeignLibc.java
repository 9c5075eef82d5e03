// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The C library through the foreign function API of JDK 22 and later, which needs no library of its own.
 *
 * <p>Every function is called with the same type, seven 64-bit integers that return one: on both supported ABIs a
 * function ignores arguments that it does not take, and the upper half of an integer argument; the upper half of an
 * integer result is undefined, hence the casts. A handle is a constant of a class of its own, so that the JIT compiler
 * inlines the call and a program links only the functions that it calls.
 */
@SuppressWarnings("checkstyle:parameternumber") // these are the C library's signatures
final class ForeignLibc extends Libc {
    private static final ThreadLocal<CallState> STATE = ThreadLocal.withInitial(CallState::new);

    /** Where the JVM stores errno of a thread's calls. */
    private static final class CallState {
        private final ByteBuffer memory = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
        private final Object segment = ForeignLinker.segment(memory);
    }

    @Override
    long addressOf(ByteBuffer direct) {
        return ForeignLinker.address(direct);
    }

    @Override
    int errno() {
        return STATE.get().memory.getInt(0);
    }

    private static final class Syscall {
        private static final MethodHandle CALL = ForeignLinker.blocking("syscall");
    }

    @Override
    long syscall(long number, long a, long b, long c, long d, long e, long f) {
        return call(Syscall.CALL, number, a, b, c, d, e, f);
    }

    private static final class QuickSyscall {
        private static final MethodHandle CALL = ForeignLinker.quick("syscall");
    }

    @Override
    long quickSyscall(long number, long a, long b, long c) {
        long result = callQuick(QuickSyscall.CALL, number, a, b, c);
        return result == -1 ? syscall(number, a, b, c, 0, 0, 0) : result;
    }

    private static final class ClockGettime {
        private static final MethodHandle QUICK = ForeignLinker.quick("clock_gettime");
        private static final MethodHandle CALL = ForeignLinker.blocking("clock_gettime");
    }

    @Override
    int clock_gettime(int clock, long timespec) {
        int result = (int) callQuick(ClockGettime.QUICK, clock, timespec, 0, 0);
        return result == 0 ? 0 : (int) call(ClockGettime.CALL, clock, timespec, 0, 0, 0, 0, 0);
    }

    private static final class SchedGetcpu {
        private static final MethodHandle CALL = ForeignLinker.quick("sched_getcpu");
    }

    @Override
    int sched_getcpu() {
        return (int) callQuick(SchedGetcpu.CALL, 0, 0, 0, 0);
    }

    private static final class ClockGetres {
        private static final MethodHandle CALL = ForeignLinker.blocking("clock_getres");
    }

    @Override
    int clock_getres(int clock, long timespec) {
        return (int) call(ClockGetres.CALL, clock, timespec, 0, 0, 0, 0, 0);
    }

    private static final class Open {
        private static final MethodHandle CALL = ForeignLinker.blocking("open");
    }

    @Override
    int open(long path, int flags, int mode) {
        return (int) call(Open.CALL, path, flags, mode, 0, 0, 0, 0);
    }

    private static final class Close {
        private static final MethodHandle CALL = ForeignLinker.blocking("close");
    }

    @Override
    int close(int fd) {
        return (int) call(Close.CALL, fd, 0, 0, 0, 0, 0, 0);
    }

    private static final class Fallocate {
        private static final MethodHandle CALL = ForeignLinker.blocking("fallocate");
    }

    @Override
    int fallocate(int fd, int mode, long offset, long length) {
        return (int) call(Fallocate.CALL, fd, mode, offset, length, 0, 0, 0);
    }

    private static final class SchedSetaffinity {
        private static final MethodHandle CALL = ForeignLinker.blocking("sched_setaffinity");
    }

    @Override
    int sched_setaffinity(int tid, long maskBytes, long mask) {
        return (int) call(SchedSetaffinity.CALL, tid, maskBytes, mask, 0, 0, 0, 0);
    }

    private static final class SchedGetaffinity {
        private static final MethodHandle CALL = ForeignLinker.blocking("sched_getaffinity");
    }

    @Override
    int sched_getaffinity(int tid, long maskBytes, long mask) {
        return (int) call(SchedGetaffinity.CALL, tid, maskBytes, mask, 0, 0, 0, 0);
    }

    private static final class Poll {
        private static final MethodHandle CALL = ForeignLinker.blocking("poll");
    }

    @Override
    int poll(long questions, long count, int timeoutMs) {
        return (int) call(Poll.CALL, questions, count, timeoutMs, 0, 0, 0, 0);
    }

    private static final class StrerrorR {
        private static final MethodHandle CALL = ForeignLinker.blocking("__xpg_strerror_r");
    }

    @Override
    int __xpg_strerror_r(int errno, long text, long length) {
        return (int) call(StrerrorR.CALL, errno, text, length, 0, 0, 0, 0);
    }

    private static final class Kill {
        private static final MethodHandle CALL = ForeignLinker.blocking("kill");
    }

    @Override
    int kill(int pid, int signal) {
        return (int) call(Kill.CALL, pid, signal, 0, 0, 0, 0, 0);
    }

    private static final class Sigqueue {
        private static final MethodHandle CALL = ForeignLinker.blocking("sigqueue");
    }

    @Override
    int sigqueue(int pid, int signal, long value) {
        return (int) call(Sigqueue.CALL, pid, signal, value, 0, 0, 0, 0);
    }

    private static final class Sigtimedwait {
        private static final MethodHandle CALL = ForeignLinker.blocking("sigtimedwait");
    }

    @Override
    int sigtimedwait(long set, long info, long timespec) {
        return (int) call(Sigtimedwait.CALL, set, info, timespec, 0, 0, 0, 0);
    }

    private static final class Sigprocmask {
        private static final MethodHandle CALL = ForeignLinker.blocking("sigprocmask");
    }

    @Override
    int sigprocmask(int how, long set, long oldSet) {
        return (int) call(Sigprocmask.CALL, how, set, oldSet, 0, 0, 0, 0);
    }

    private static final class Sigrtmin {
        private static final MethodHandle CALL = ForeignLinker.blocking("__libc_current_sigrtmin");
    }

    @Override
    int __libc_current_sigrtmin() {
        return (int) call(Sigrtmin.CALL, 0, 0, 0, 0, 0, 0, 0);
    }

    private static long call(MethodHandle function, long a, long b, long c, long d, long e, long f, long g) {
        try {
            return (long) function.invokeExact(STATE.get().segment, a, b, c, d, e, f, g);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    private static long callQuick(MethodHandle function, long a, long b, long c, long d) {
        try {
            return (long) function.invokeExact(a, b, c, d);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** As it is: the fault of a mapped file surfaces at the return of a native call, and callers contain it. */
    private static LinkageError unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        return new LinkageError("a native call failed", thrown);
    }
}
