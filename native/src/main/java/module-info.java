// SPDX-License-Identifier: Apache-2.0
/** The platform interface of the core on Linux, found by {@link java.util.ServiceLoader}; clocks and signals. */
module io.tickbus.posix {
    requires transitive io.tickbus.core;
    requires com.sun.jna;
    requires java.logging;

    exports io.tickbus.posix;

    opens io.tickbus.posix to com.sun.jna;

    provides io.tickbus.core.internal.platform.Platform with io.tickbus.posix.LinuxPlatform;
}
