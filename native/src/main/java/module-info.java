/** The platform interface of the core on Linux, found by {@link java.util.ServiceLoader}; clocks and signals. */
module io.tickbus.posix {
    requires transitive io.tickbus.core;
    requires com.sun.jna;
    requires java.logging;
    requires java.management;

    exports io.tickbus.posix;

    opens io.tickbus.posix to com.sun.jna;

    provides io.tickbus.core.platform.Platform with io.tickbus.posix.LinuxPlatform;
}
