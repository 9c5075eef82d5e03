// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import java.util.Locale;

/**
 * The numbers that differ between the supported architectures.
 *
 * <p>Source: Linux {@code arch/x86/entry/syscalls/syscall_64.tbl}, {@code include/uapi/asm-generic/unistd.h},
 * {@code include/uapi/asm-generic/fcntl.h}, {@code arch/arm64/include/uapi/asm/fcntl.h}.
 */
record Syscalls(String architecture, int futex, int clockGettime, int prctl, int socket, int sendto, int setpriority,
        int adjtimex, int openNoFollow) {
    static final Syscalls X86_64 = new Syscalls("x86-64", 202, 228, 157, 41, 44, 141, 159, 0x20000);
    static final Syscalls AARCH64 = new Syscalls("aarch64", 98, 113, 167, 198, 206, 140, 171, 0x8000);

    private static final Syscalls HERE = of(System.getProperty("os.arch", ""));

    /** The numbers for this JVM; null on any other architecture. */
    static Syscalls here() {
        return HERE;
    }

    static Syscalls of(String osArch) {
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x86-64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default -> null;
        };
    }
}
