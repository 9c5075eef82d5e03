// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.internal.file.BusRoots;
import io.tickbus.core.internal.file.SecureFiles;
import io.tickbus.core.internal.file.UserId;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a bus lives: one directory of files, each but the doorbell with one writer.
 *
 * <pre>
 *  /dev/shm/tickbus-$UID/NAME/     or  $TICKBUS_DIR/NAME/
 *    signals     the publisher writes, everybody else maps it read-only
 *    doorbell    every process of the publisher's user writes it
 *    lock        held by the publisher as long as it lives
 *    replies     the daemon writes its answers to clients
 *    counters    the daemon writes what there is to know about it
 *    settings    the daemon writes its settings as they are in force
 *    control     the daemon's socket, through which clients connect
 *    idle        what the daemon restores of the processors' settings
 *    clients/    rings of clients that are just connecting
 * </pre>
 *
 * <p>This object is only the name; nothing is touched until it is used. Directories must belong to the caller or to
 * the expected owner and not be writable by everybody; files are opened without following links.
 *
 * <p><b>Threads:</b> immutable. <b>Progress:</b> what checks, creates, shares or deletes makes system calls.
 */
public final class BusDirectory {
    /** Environment variable that names another root than {@code /dev/shm/tickbus-$UID}. */
    public static final String ROOT_VARIABLE = "TICKBUS_DIR";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    private final Path root;
    private final String name;
    private final int ownerId;

    private BusDirectory(Path root, String name, int ownerId) {
        if (!isName(name)) {
            throw new IllegalArgumentException("a bus's name is 1 to 64 letters, digits, '.', '_' or '-', and starts "
                    + "with a letter, a digit or '_': name=" + name);
        }
        this.root = root.toAbsolutePath().normalize();
        this.name = name;
        this.ownerId = ownerId;
    }

    /** Whether a bus can have that name. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** The bus of that name under the default root of this user. */
    public static BusDirectory of(String name) {
        return at(defaultRoot(), name);
    }

    /** The bus of that name under another root. */
    public static BusDirectory at(Path root, String name) {
        return new BusDirectory(root, name, UserId.current());
    }

    /** The same bus, expected to belong to another user, given by number. */
    public BusDirectory ownedBy(int userId) {
        return new BusDirectory(root, name, userId);
    }

    /**
     * {@code $TICKBUS_DIR}; else {@code /dev/shm/tickbus-$UID}, which is made there; else, where another user has taken
     * that name, {@code $XDG_RUNTIME_DIR/tickbus}; where there is no /dev/shm, the like below the temporary folder.
     *
     * @throws BusException BAD_SETTINGS for a variable that is no absolute path
     */
    public static Path defaultRoot() {
        return BusRoots.ofThisUser();
    }

    /** Names of the buses under a root, sorted; none where the root is missing. */
    public static List<String> list(Path root) {
        List<String> names = new ArrayList<>();
        SecureFiles.entries(root, Files::isDirectory).forEach(each -> names.add(each.getFileName().toString()));
        names.sort(null);
        return names;
    }

    /** The bus's name. */
    public String name() {
        return name;
    }

    /** The directory itself. */
    public Path path() {
        return root.resolve(name);
    }

    /** The ring of signals. */
    public Path signals() {
        return path().resolve("signals");
    }

    /** The shared futex words. */
    public Path doorbell() {
        return path().resolve("doorbell");
    }

    /** The daemon's answers. */
    public Path replies() {
        return path().resolve("replies");
    }

    /** The daemon's counters. */
    public Path counters() {
        return path().resolve("counters");
    }

    /** What the daemon has promised and not yet journalled. */
    public Path intents() {
        return path().resolve("intents");
    }

    /** The daemon's settings, as they are in force. */
    public Path settings() {
        return path().resolve("settings");
    }

    /** The names of owners that have timers and no client. */
    public Path owners() {
        return path().resolve("owners");
    }

    /** Limits of processors, as they were before the daemon changed them. */
    public Path idle() {
        return path().resolve("idle");
    }

    /** The daemon's socket. */
    public Path control() {
        return path().resolve("control");
    }

    /** The directory of the clients' files. */
    public Path clients() {
        return path().resolve("clients");
    }

    /** The publisher's lock. */
    public Path lock() {
        return path().resolve("lock");
    }

    /** The directory of the buses. */
    public Path root() {
        return root;
    }

    /** The number of the user that the bus is expected to belong to. */
    public int ownerId() {
        return ownerId;
    }

    /**
     * Checks the directories as they are.
     *
     * @throws BusException NOT_FOUND, NOT_A_FILE for a link, NOT_TRUSTED for another's or one open to everybody
     */
    public void check() {
        if (Files.notExists(path(), LinkOption.NOFOLLOW_LINKS)) {
            throw new BusException(Reason.NOT_FOUND, "bus '" + name + "'", "there is no " + path(),
                    "start its publisher, or name its directory with --dir or " + ROOT_VARIABLE);
        }
        SecureFiles.checkDirectory(root, ownerId);
        SecureFiles.checkDirectory(path(), ownerId);
    }

    /**
     * Removes the bus's files and its directory. Files of other names are left alone, and then the directory too. Does
     * nothing where there is no such directory. An empty one goes: a publisher may have come no further.
     *
     * @throws BusException NOT_FOUND for a directory that holds no bus, of which nothing is touched; IN_USE while
     *                      somebody publishes; NOT_A_FILE, NOT_TRUSTED as {@link #check}
     */
    public void delete() {
        BusFiles.delete(this);
    }

    @Override
    public String toString() {
        return path().toString();
    }
}
