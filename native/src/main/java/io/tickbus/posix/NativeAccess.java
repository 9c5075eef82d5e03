// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import java.lang.ref.Reference;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Tries the native code once per JVM, and stores in one sentence why it cannot be used. */
final class NativeAccess {
    private static final int FUTEX_WAKE = 1;
    private static final Optional<String> REASON = find();

    private NativeAccess() {
    }

    static Optional<String> unavailableReason() {
        return REASON;
    }

    private static Optional<String> find() {
        String os = System.getProperty("os.name", "unknown");
        if (!os.equals("Linux")) {
            return Optional.of("the native module serves Linux only (os.name=" + os + "); there is nothing to do");
        }
        if (Syscalls.here() == null || !"64".equals(System.getProperty("sun.arch.data.model", "64"))) {
            return Optional.of("the native module serves x86-64 and aarch64 only (os.arch="
                    + System.getProperty("os.arch") + "); use a 64-bit JVM of one of them");
        }
        // JNA logs a stack trace if a folder is missing; the reason returned here says the same.
        Logger jna = Logger.getLogger("com.sun.jna.Native");
        Level level = jna.getLevel();
        jna.setLevel(Level.OFF);
        try {
            return probe();
        } catch (LinkageError | RuntimeException e) {
            return Optional.of(loadFailure(e instanceof ExceptionInInitializerError ? e.getCause() : e));
        } finally {
            jna.setLevel(level);
        }
    }

    /** Fails in sandboxes that look like Linux but are not. */
    private static Optional<String> probe() {
        NativeBlock word = new NativeBlock(Integer.BYTES);
        try {
            if (Libc.syscall(Syscalls.here().futex(), word.address(), FUTEX_WAKE, 1, 0, 0, 0) != 0) {
                return Optional.of("this kernel or its sandbox refuses futex: " + Errno.describe(Libc.errno())
                        + "; allow that system call");
            }
            return Optional.empty();
        } finally {
            Reference.reachabilityFence(word);
        }
    }

    private static String loadFailure(Throwable e) {
        String remedy = e instanceof IllegalCallerException
                ? "allow native code with --enable-native-access=ALL-UNNAMED"
                : "give it a writable, executable folder with -Djna.tmpdir=FOLDER";
        return "JNA cannot load its library (" + firstLine(e) + "); " + remedy;
    }

    private static String firstLine(Throwable e) {
        String message = String.valueOf(e.getMessage()).strip();
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end).strip();
    }
}
