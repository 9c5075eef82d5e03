// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Chooses once per JVM how the C library is called, by trying: the foreign function API where the JDK has it, else JNA.
 * {@code -Dtickbus.native=ffm|jna|none} chooses for it. Where nothing works, says why in one sentence.
 */
final class NativeAccess {
    private static final String PROPERTY = "tickbus.native";
    private static final int FUTEX_WAKE = 1;
    private static final Choice CHOSEN = choose(System.getProperty(PROPERTY, ""));

    private NativeAccess() {
    }

    /** Either an implementation and its name, or the reason why there is none. The JIT trusts fields of records. */
    private record Choice(Libc libc, String name, String reason) {
        static Choice none(String reason) {
            return new Choice(null, null, reason);
        }
    }

    static Optional<String> unavailableReason() {
        return Optional.ofNullable(CHOSEN.reason);
    }

    /** {@code "FFM"}, the foreign function and memory API, or {@code "JNA"}. */
    static String name() {
        return CHOSEN.name;
    }

    static Libc libc() {
        Libc libc = CHOSEN.libc;
        if (libc == null) {
            throw new UnsatisfiedLinkError(CHOSEN.reason);
        }
        return libc;
    }

    private static Choice choose(String wanted) {
        String os = System.getProperty("os.name", "unknown");
        if (!os.equals("Linux")) {
            return Choice.none("the native module serves Linux only (os.name=" + os + "); there is nothing to do");
        }
        if (Syscalls.here() == null || !"64".equals(System.getProperty("sun.arch.data.model", "64"))) {
            return Choice.none("the native module serves x86-64 and aarch64 only (os.arch="
                    + System.getProperty("os.arch") + "); use a 64-bit JVM of one of them");
        }
        return switch (wanted) {
            case "" -> foreignOrJna();
            case "ffm" -> foreign();
            case "jna" -> jna();
            case "none" -> Choice.none("-D" + PROPERTY + "=none turns the native code off");
            default -> Choice.none("-D" + PROPERTY + "=" + wanted + " is unknown; say ffm, jna or none");
        };
    }

    private static Choice foreignOrJna() {
        if (!ForeignLinker.isInJdk()) {
            return jna();
        }
        Choice foreign = foreign();
        Choice chosen = foreign.libc != null ? foreign : jna();
        return chosen.libc != null ? chosen : Choice.none(foreign.reason + "; and " + chosen.reason);
    }

    private static Choice foreign() {
        return ForeignLinker.isInJdk() ? tryOut("FFM", ForeignLibc::new, "use -D" + PROPERTY + "=jna")
                : Choice.none("this JDK has no foreign function API; use JDK 22 or newer, or -D" + PROPERTY + "=jna");
    }

    private static Choice jna() {
        // JNA logs a stack trace if a folder is missing; the reason returned here says the same.
        Logger log = Logger.getLogger("com.sun.jna.Native");
        Level level = log.getLevel();
        log.setLevel(Level.OFF);
        try {
            return tryOut("JNA", JnaLibc::new, "give it a writable, executable folder with -Djna.tmpdir=FOLDER");
        } finally {
            log.setLevel(level);
        }
    }

    /** Fails also in sandboxes that look like Linux but are not. */
    private static Choice tryOut(String name, Supplier<Libc> supplier, String remedy) {
        ByteBuffer word = ByteBuffer.allocateDirect(Long.BYTES);
        try {
            Libc libc = supplier.get();
            long woken = libc.quickSyscall(Syscalls.here().futex(), libc.addressOf(word), FUTEX_WAKE, 1);
            return woken == 0 ? new Choice(libc, name, null)
                    : Choice.none("this kernel or its sandbox refuses futex: " + Errno.describe(libc.errno())
                            + "; allow that system call");
        } catch (LinkageError | RuntimeException e) {
            Throwable cause = e instanceof ExceptionInInitializerError ? e.getCause() : e;
            return Choice.none(name + " cannot call the C library (" + firstLine(cause) + "); "
                    + (cause instanceof IllegalCallerException ? allowNativeCode(name) : remedy));
        } finally {
            Reference.reachabilityFence(word);
        }
    }

    private static String allowNativeCode(String name) {
        Module module = NativeAccess.class.getModule();
        String caller = name.equals("JNA") ? "com.sun.jna" : module.getName();
        return "allow native code with --enable-native-access=" + (module.isNamed() ? caller : "ALL-UNNAMED");
    }

    private static String firstLine(Throwable e) {
        String message = String.valueOf(e.getMessage()).strip();
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end).strip();
    }
}
