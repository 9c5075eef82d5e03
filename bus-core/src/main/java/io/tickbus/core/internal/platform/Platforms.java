// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Chooses the {@link Platform} of this JVM, once, and remembers why.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> the first call loads classes and native code; later ones are a read.
 */
public final class Platforms {
    private static final Platforms CHOSEN = choose();

    private final Platform platform;
    private final String reason;

    private Platforms(Platform platform, String reason) {
        this.platform = platform;
        this.reason = reason;
    }

    /** The platform in use; the portable one where no provider works. */
    public static Platform current() {
        return CHOSEN.platform;
    }

    /** One sentence on why {@link #current()} was chosen. */
    public static String reason() {
        return CHOSEN.reason;
    }

    private static Platforms choose() {
        String why = "no native platform module on the class path";
        try {
            for (Platform candidate : ServiceLoader.load(Platform.class, Platform.class.getClassLoader())) {
                Optional<String> unavailable = candidate.unavailableReason();
                if (unavailable.isEmpty()) {
                    return new Platforms(candidate, candidate.description());
                }
                why = unavailable.get();
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            why = "the native platform module cannot be loaded: " + e.getMessage();
        }
        return new Platforms(new PortablePlatform(), "portable waiting, because " + why);
    }
}
