// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Skips a test, with the reason, on other systems than Linux; fails the test if the native code does not work on Linux.
 */
final class OnLinux {
    private OnLinux() {
    }

    static LinuxPlatform platform() {
        LinuxPlatform platform = new LinuxPlatform();
        String os = System.getProperty("os.name");
        assumeTrue(os.equals("Linux"), "needs Linux: os.name=" + os);
        String arch = System.getProperty("os.arch");
        assumeTrue(Syscalls.here() != null, "needs x86-64 or aarch64: os.arch=" + arch);
        platform.unavailableReason().ifPresent(reason -> {
            throw new AssertionError(reason);
        });
        return platform;
    }
}
