// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.BusRoots;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that say which bus is meant. */
public class BusOptions {
    /** The bus where none is named. */
    public static final String DEFAULT_BUS = "default";

    @Option(names = "--bus", paramLabel = "NAME", description = "The bus; '" + DEFAULT_BUS + "' where none is named.")
    private String bus;

    @Option(names = "--dir", paramLabel = "DIR",
            description = "The parent directory of the buses; else $TICKBUS_DIR, else /dev/shm/tickbus-UID.")
    private Path dir;

    @Option(names = "--owner", paramLabel = "USER|UID", converter = UserName.Converter.class,
            description = "The user whose bus is read; default is your own. What daemon and publish create belongs "
                    + "to the user that runs them, not to the user named.")
    private Integer ownerId;

    /** Whether a bus was named. */
    public boolean isBusNamed() {
        return bus != null;
    }

    /** The name of the bus. */
    public String name() {
        return bus == null ? DEFAULT_BUS : bus;
    }

    /** The parent directory of the buses; an owner's own where none is named. */
    public Path root() {
        if (dir != null) {
            return dir.toAbsolutePath().normalize();
        }
        String configured = System.getenv(BusDirectory.ROOT_VARIABLE);
        boolean isConfigured = configured != null && !configured.isBlank();
        return ownerId == null || isConfigured ? BusDirectory.defaultRoot() : BusRoots.ofUser(ownerId);
    }

    /** The bus that is meant. */
    public BusDirectory directory() {
        return directory(name());
    }

    /** The bus of another name at the same place. */
    public BusDirectory directory(String name) {
        BusDirectory directory = BusDirectory.at(root(), name);
        return ownerId == null ? directory : directory.ownedBy(ownerId);
    }
}
