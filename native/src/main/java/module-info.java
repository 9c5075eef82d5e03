/** The platform interface of the core on Linux; found by {@link java.util.ServiceLoader}, hence nothing is exported. */
module io.tickbus.posix {
    requires io.tickbus.core;
    requires com.sun.jna;

    opens io.tickbus.posix to com.sun.jna;

    provides io.tickbus.core.platform.Platform with io.tickbus.posix.LinuxPlatform;
}
