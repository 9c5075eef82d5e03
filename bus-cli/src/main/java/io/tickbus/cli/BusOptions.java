// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.BusRoots;
import java.nio.file.Path;

/** The options that say which bus is meant. */
public class BusOptions {
    /** The bus where none is named. */
    public static final String DEFAULT_BUS = "default";

    private static final String READ = "The user whose bus is meant; without it you.";
    private static final String CREATED = "The user in whose directory the bus is; without it you. What is created "
            + "there belongs to you.";

    private Option<String> bus;
    private Option<Path> dir;
    private Option<Integer> ownerId;

    /** Of a command that reads a bus. */
    public BusOptions(CommandSpec command) {
        this(command, READ);
    }

    private BusOptions(CommandSpec command, String ownerText) {
        command.group("Bus", () -> {
            bus = command.option("--bus", "NAME", text -> text, "The bus; without it '" + DEFAULT_BUS + "'.");
            dir = command.option("--dir", "DIR", PathText::parse, "The parent directory of the buses; else "
                    + "$TICKBUS_DIR, else /dev/shm/tickbus-UID.");
            ownerId = command.option("--owner", "USER|UID", UserName::parse, ownerText);
        });
    }

    /** Of a command that creates the bus where it is missing. */
    public static BusOptions ofPublisher(CommandSpec command) {
        return new BusOptions(command, CREATED);
    }

    /** Whether a bus was named. */
    public boolean isBusNamed() {
        return bus.isGiven();
    }

    /** The name of the bus. */
    public String name() {
        return bus.or(DEFAULT_BUS);
    }

    /** The parent directory of the buses; an owner's own where none is named. */
    public Path root() {
        return root(dir.get(), ownerId.get());
    }

    private static Path root(Path dir, Integer ownerId) {
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
        return directory(name, dir.get(), ownerId.get());
    }

    /** The bus that a daemon's settings name; {@code dir} and {@code owner} are null where there are none. */
    public static BusDirectory directory(String name, Path dir, String owner) {
        return directory(name, dir, owner == null ? null : UserName.parse(owner));
    }

    private static BusDirectory directory(String name, Path dir, Integer ownerId) {
        BusDirectory directory = BusDirectory.at(root(dir, ownerId), name);
        return ownerId == null ? directory : directory.ownedBy(ownerId);
    }
}
