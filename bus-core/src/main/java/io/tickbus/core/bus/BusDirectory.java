package io.tickbus.core.bus;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.layout.DoorbellLayout;
import io.tickbus.core.VisibleText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a bus lives: one directory of files, each but the doorbell with one writer.
 *
 * <pre>
 *  /dev/shm/tickbus-$UID/NAME/     or  $TICKBUS_DIR/NAME/
 *    signals     the publisher writes, everybody else maps it read-only    {@link SignalsFile}
 *    doorbell    every process of the publisher's user writes it           {@link Doorbell}
 *    lock        held by the publisher as long as it lives                 {@link PublisherLock}
 *    replies     the daemon writes its answers to clients                  {@link RepliesFile}
 *    counters    the daemon writes what there is to know about it          {@link CountersFile}
 *    control     the daemon's socket, through which clients connect        {@link ControlSocket}
 *    clients/    rings of clients that are just connecting                 {@link ClientFile}
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
    private static final String RUNTIME_VARIABLE = "XDG_RUNTIME_DIR";
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final Path root;
    private final String name;
    private final int ownerId;

    private BusDirectory(Path root, String name, int ownerId) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a bus's name is 1 to 64 letters, digits, '.', '_' or '-', and starts "
                    + "with a letter, a digit or '_': name=" + name);
        }
        this.root = root.toAbsolutePath().normalize();
        this.name = name;
        this.ownerId = ownerId;
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
        return defaultRoot(SHARED_MEMORY, System.getenv());
    }

    static Path defaultRoot(Path sharedMemory, Map<String, String> environment) {
        String configured = environment.getOrDefault(ROOT_VARIABLE, "");
        if (!configured.isBlank()) {
            return absolute(configured);
        }
        if (!Files.isDirectory(sharedMemory)) {
            return standardRoot(Path.of(System.getProperty("java.io.tmpdir")), UserId.current());
        }
        Path root = standardRoot(sharedMemory, UserId.current());
        String runtime = environment.getOrDefault(RUNTIME_VARIABLE, "");
        // All processes of a user must come to the same answer: so this depends on nothing that comes and goes.
        boolean isTaken = Files.exists(root, LinkOption.NOFOLLOW_LINKS) && UserId.ofFile(root) != UserId.current();
        return isTaken && runtime.startsWith("/") && isOwn(Path.of(runtime)) ? Path.of(runtime, "tickbus") : root;
    }

    /** Where another user's buses are by default. */
    public static Path defaultRootOf(int userId) {
        return standardRoot(Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY
                : Path.of(System.getProperty("java.io.tmpdir")), userId);
    }

    private static Path standardRoot(Path parent, int userId) {
        return parent.resolve("tickbus-" + UserId.text(userId));
    }

    private static boolean isOwn(Path path) {
        return Files.isDirectory(path) && UserId.ofFile(path) == UserId.current();
    }

    private static Path absolute(String configured) {
        String why = "it is no absolute path, so each program would take another directory for it";
        try {
            Path path = Path.of(configured);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            why = "it is no path (" + e.getReason() + ")";
        }
        throw new BusException(Reason.BAD_SETTINGS, ROOT_VARIABLE + "=" + VisibleText.of(configured), why,
                "write it from / on, or unset it");
    }

    /** Names of the buses under a root, sorted; none where the root is missing. */
    public static List<String> list(Path root) {
        List<String> names = new ArrayList<>();
        TrustedFiles.entries(root, Files::isDirectory).forEach(each -> names.add(each.getFileName().toString()));
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

    Path root() {
        return root;
    }

    int ownerId() {
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
        TrustedFiles.checkDirectory(root, ownerId);
        TrustedFiles.checkDirectory(path(), ownerId);
    }

    /** Creates what is missing of the directories, mode 0700, and checks the rest. */
    public void createIfMissing() {
        TrustedFiles.createDirectory(root);
        // Before anything is left in a root of somebody else.
        TrustedFiles.checkDirectory(root, ownerId);
        TrustedFiles.createDirectory(path());
        check();
    }

    /** Daemon: creates the directory of the clients' files where it is missing, mode 0700, and empties it. */
    public void prepareClients() {
        TrustedFiles.createDirectory(clients());
        TrustedFiles.checkDirectory(clients(), ownerId);
        TrustedFiles.chmod(clients(), "rwx------");
        ClientFile.deleteAll(this);
    }

    /** Gives a group access: directory 0750, everybody may pass through a root of ours. */
    public void shareWith(String group) {
        TrustedFiles.share(path(), group, "rwxr-x---");
        if (UserId.ofFile(root) == UserId.current()) {
            TrustedFiles.letPass(root);
        }
    }

    /**
     * A bus inside of this one's directory, which must be there, for trying something. What is left of it is removed by
     * whoever publishes on this bus next.
     */
    public BusDirectory scratch() {
        return new BusDirectory(TrustedFiles.temporaryFor(path().resolve("s")), "s", ownerId);
    }

    /** Whether the directory of the buses is there; whoever finds it missing may remove it again. */
    public boolean hasRoot() {
        return Files.exists(root, LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes the directory of the buses if nothing is in it: for whoever has made it. */
    public void deleteRootIfEmpty() {
        try {
            Files.deleteIfExists(root);
        } catch (IOException e) {
            // It holds other buses by now, or is a mount point, or its parent belongs to somebody else: it may stay.
            return;
        }
    }

    /**
     * Removes the bus's files and its directory. Files of other names are left alone, and then the directory too. Does
     * nothing where there is no such directory. An empty one goes: a publisher may have come no further.
     *
     * @throws BusException NOT_FOUND for a directory that holds no bus, of which nothing is touched; IN_USE while
     *                      somebody publishes; NOT_A_FILE, NOT_TRUSTED as {@link #check}
     */
    public void delete() {
        Uninterrupted.call(() -> {
            if (Files.exists(path(), LinkOption.NOFOLLOW_LINKS)) {
                deleteWhole();
            }
            return null;
        });
    }

    private void deleteWhole() {
        check();
        if (!FileKind.SIGNALS.isKindOf(signals()) && !isDoorbell(doorbell()) && !TrustedFiles.isEmpty(path())) {
            throw new BusException(Reason.NOT_FOUND, "bus '" + name + "'", "there is no bus in " + path(),
                    "name a bus that 'tickbus stat' lists; nothing was removed");
        }
        // Held while deleting, so that nobody begins to publish into files that lose their names.
        PublisherLock lock = PublisherLock.acquire(this, "pid=" + ProcessHandle.current().pid() + ", deleting");
        try {
            deleteFiles(Set.of());
            deleteIfEmpty();
        } finally {
            lock.close();
        }
    }

    /** What is left of a bus whose signals are gone, or are none any more. */
    private static boolean isDoorbell(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && path.toFile().length() == DoorbellLayout.LENGTH;
    }

    /** For who holds the lock: removes the bus's files, but for some. */
    void deleteFiles(Set<Path> kept) {
        TrustedFiles.deleteTemporary(path());
        ClientFile.deleteAll(this);
        for (Path file : List.of(clients(), control(), intents(), replies(), counters(), signals(), doorbell(),
                lock())) {
            if (!kept.contains(file)) {
                TrustedFiles.deleteIfPossible(file);
            }
        }
    }

    /** Removes the directory if nothing is in it. */
    void deleteIfEmpty() {
        TrustedFiles.deleteIfPossible(path());
    }

    @Override
    public String toString() {
        return path().toString();
    }
}
