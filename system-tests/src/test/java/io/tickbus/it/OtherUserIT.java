// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A bus shared with a group: what its members can and cannot do, and what other users cannot. Needs root. */
@Timeout(180)
class OtherUserIT {
    private static final int OTHER_USER = 65534;
    private static final int FOREIGN_GROUP = 54321;
    /** Users without a name, each running a JVM that uses the bus. */
    private static final int DAEMON_USER = 54322;
    private static final int VICTIM_USER = 54323;

    @RegisterExtension
    final TestBus bus = new TestBus();

    private String group;
    private int groupId;
    private String classPath;

    @BeforeEach
    void requireRoot() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self")) && uid(Path.of("/proc/self")) == 0,
                () -> skipped("not root"));
        assumeTrue(canRun("setpriv", "--version"), () -> skipped("no setpriv"));
        for (String line : Files.readAllLines(Path.of("/etc/group"))) {
            String[] fields = line.split(":", -1);
            int id = fields.length > 2 ? Integer.parseInt(fields[2]) : 0;
            if (id != 0 && (group == null || id == OTHER_USER)) {
                group = fields[0];
                groupId = id;
            }
        }
        assumeTrue(group != null, () -> skipped("no group but root's"));
        classPath = readableClassPath();
    }

    private static String skipped(String why) {
        String reason = "skipped: " + why;
        System.out.println(reason);
        return reason;
    }

    private static int uid(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean canRun(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void shouldLetGroupMemberReadAndBeWokenAndWriteNothing() {
        ChildJvm publisher = bus.publisher("group=" + group);
        List<ChildJvm> subscribers = List.of(bus.subscriber("waiting=park"),
                other(groupId, SubscriberMain.class, "owner=0", "waiting=park"),
                other(groupId, SubscriberMain.class, "owner=0", "waiting=predictive"));
        subscribers.get(1).expect("ATTACHED");
        subscribers.get(2).expect("ATTACHED");
        publisher.order("paced 500 1");
        for (ChildJvm subscriber : subscribers) {
            assertTrue(subscriber.transcript().contains("woken=true"), subscriber::transcript);
            String report = subscriber.ask("until 500", "REACHED");
            assertEquals(500, ChildJvm.number(report, "received"), report);
            System.out.println(report + " " + subscriber.ask("waits", "WAITS"));
            subscriber.quit();
        }

        ChildJvm intruder = other(groupId, IntruderMain.class, "owner=0");
        intruder.expect("DONE");
        assertEquals(0, intruder.exitCode());
        List<String> allowed = intruder.transcript().lines().map(String::strip)
                .filter(line -> line.startsWith("ALLOWED") || line.startsWith("FAILED")).toList();
        assertEquals(List.of(), allowed, intruder::transcript);
        publisher.order("publish 10");
        publisher.quit();
    }

    @Test
    void shouldRefuseUserOutsideTheGroupAndUnexpectedOwner() {
        ChildJvm publisher = bus.publisher("group=" + group);
        assertRefused(other(FOREIGN_GROUP, SubscriberMain.class, "owner=0"), "permission denied");
        assertRefused(other(groupId, SubscriberMain.class), "it belongs to user 0 and not to " + OTHER_USER);
        publisher.order("close");
        publisher.quit();
        bus.directory().delete();

        ChildJvm ungrouped = bus.publisher();
        assertRefused(other(groupId, SubscriberMain.class, "owner=0"), "permission denied");
        ungrouped.quit();
    }

    /** The daemon does not run as root here, which could read what its group may not. */
    @Test
    void shouldServeClientOfOtherUserButLetItModifyNothing() throws IOException {
        Files.setAttribute(bus.root(), "unix:uid", DAEMON_USER);
        ChildJvm daemon = daemon();
        daemon.expect("READY");
        ChildJvm victim = client(VICTIM_USER, groupId);
        victim.expect("CONNECTED");
        ChildJvm client = client(OTHER_USER, groupId);
        client.expect("CONNECTED");
        assertFires(client);

        client.ask("intrude", "DONE intrude");
        List<String> attempts = client.transcript().lines().map(String::strip)
                .filter(line -> line.matches("(ALLOWED|DENIED|FAILED) .*")).toList();
        assertEquals(List.of("DENIED write signals", "DENIED write lock", "DENIED write doorbell",
                "DENIED write replies", "DENIED write counters", "DENIED create", "DENIED delete", "DENIED rename",
                "DENIED chmod", "DENIED list clients", "DENIED create client", "DENIED delete control",
                "DENIED rename control", "DENIED chmod control"),
                attempts.stream().map(line -> line.replaceAll(" [a-z.]*\\.[A-Za-z]*Exception.*", "")).toList());

        assertFires(victim);
        assertFires(client);
        assertRefused(client(OTHER_USER, FOREIGN_GROUP), "permission denied");
        String counters = daemon.ask("counters", "COUNTERS");
        assertEquals(2, ChildJvm.number(counters, "CLIENTS_CONNECTED"), counters);
        assertEquals(0, ChildJvm.number(counters, "CLIENTS_REJECTED"), counters);
        assertEquals(0, ChildJvm.number(counters, "CLIENTS_EVICTED"), counters);
        victim.quit();
        client.quit();
        daemon.quit();
        bus.directory().ownedBy(DAEMON_USER).delete();
    }

    /** Users without a number in the daemon's user namespace all appear as this one. */
    @Test
    void shouldShareNamesWithinUserAndNotAmongUnmappedUsers() throws IOException {
        Files.setAttribute(bus.root(), "unix:uid", DAEMON_USER);
        ChildJvm daemon = daemon();
        daemon.expect("READY");
        assertEquals(owner(VICTIM_USER), owner(VICTIM_USER));
        assertNotEquals(owner(OTHER_USER), owner(OTHER_USER), daemon::transcript);
        daemon.quit();
        bus.directory().ownedBy(DAEMON_USER).delete();
    }

    /** The owner of a new client, which stays connected. */
    private long owner(int user) {
        ChildJvm client = as(user, groupId, TimerClientMain.class, "owner=" + DAEMON_USER, "name=app");
        return ChildJvm.number(client.expect("CONNECTED"), "owner");
    }

    @Test
    void shouldRefuseClientOfOtherUserWhenBusIsNotShared() {
        ChildJvm daemon = bus.daemon();
        assertRefused(other(groupId, TimerClientMain.class, "owner=0"), "permission denied");
        daemon.quit();
    }

    /** Even with all permissions opened, the kernel still reports which user connects. */
    @Test
    void shouldCloseConnectionOfOtherUserWhenBusIsNotShared() throws IOException {
        ChildJvm daemon = bus.daemon();
        Path path = bus.directory().path();
        for (Path directory : List.of(bus.root(), path)) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        for (String file : List.of("signals", "replies", "lock", "counters", "control")) {
            Files.setPosixFilePermissions(path.resolve(file), PosixFilePermissions.fromString("rw-rw-rw-"));
        }
        ChildJvm client = other(groupId, TimerClientMain.class, "owner=0");
        String refusal = client.expect("REFUSED");
        assertTrue(refusal.contains("the bus is not shared"), refusal);
        assertEquals(ChildArguments.REFUSED, client.exitCode(), client::transcript);
        String counters = daemon.ask("counters", "COUNTERS");
        assertTrue(ChildJvm.number(counters, "CLIENTS_REJECTED") > 0, counters);
        assertEquals(0, ChildJvm.number(counters, "CLIENTS_ADMITTED"), counters);
        bus.connect().close();
        daemon.quit();
    }

    private static void assertFires(ChildJvm client) {
        String report = client.ask("fire 200 1", "DONE fire");
        assertEquals(0, ChildJvm.number(report, "left"), report);
        assertEquals(0, ChildJvm.number(report, "lost"), report);
        assertTrue(ChildJvm.number(report, "current") >= 100, report);
        assertTrue(report.contains("fault=none"), report);
    }

    private static void assertRefused(ChildJvm child, String why) {
        String refusal = child.expect("REFUSED NOT_TRUSTED");
        assertTrue(refusal.toLowerCase(Locale.ROOT).contains(why), refusal);
        assertEquals(ChildArguments.REFUSED, child.exitCode());
    }

    private ChildJvm daemon() {
        return as(DAEMON_USER, groupId, DaemonMain.class, "group=" + group);
    }

    private ChildJvm client(int user, int asGroup) {
        return as(user, asGroup, TimerClientMain.class, "owner=" + DAEMON_USER);
    }

    private ChildJvm other(int asGroup, Class<?> main, String... arguments) {
        return as(OTHER_USER, asGroup, main, arguments);
    }

    private ChildJvm as(int user, int asGroup, Class<?> main, String... arguments) {
        return bus.start(bus.jvm(main, arguments).classPath(classPath).under(List.of("setpriv",
                "--reuid=" + user, "--regid=" + asGroup, "--clear-groups")));
    }

    /** Copies the class path's jars and folders to where every user may read them. */
    private String readableClassPath() throws IOException {
        Files.setPosixFilePermissions(bus.folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> copies = new ArrayList<>();
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path from = Path.of(element);
            if (Files.exists(from) && !element.contains("junit")) {
                Path to = bus.folder().resolve(copies.size() + "-" + from.getFileName());
                copy(from, to);
                copies.add(to.toString());
            }
        }
        return String.join(File.pathSeparator, copies);
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path path : FileTree.of(from)) {
            Path target = from.equals(path) ? to : to.resolve(from.relativize(path).toString());
            Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
