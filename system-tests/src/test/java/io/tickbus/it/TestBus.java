// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A root for buses in shared memory, and the JVMs that use them, for one test. Afterwards the JVMs are killed, and a
 * failed test prints their output; none may have crashed, and deleting the buses must leave nothing behind.
 */
final class TestBus implements BeforeEachCallback, AfterEachCallback {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final String BUS = "bus";
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    private final List<ChildJvm> children = new ArrayList<>();
    private Path root;
    private Path folder;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        Path parent = Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY
                : Path.of(System.getProperty("java.io.tmpdir"));
        root = Files.createTempDirectory(parent, "tickbus-it-");
        folder = Files.createTempDirectory("tickbus-it-");
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        children.forEach(ChildJvm::close);
        try {
            if (context.getExecutionException().isPresent()) {
                children.forEach(child -> System.err.println(child.transcript()));
            }
            assertEquals(List.of(), crashReports(), "a JVM crashed");
            if (context.getExecutionException().isEmpty()) {
                List<String> buses = BusDirectory.list(root);
                buses.forEach(name -> BusDirectory.at(root, name).delete());
                assertEquals(List.of(root), FileTree.of(root), "left behind");
            }
        } finally {
            delete(root);
            delete(folder);
        }
    }

    private List<Path> crashReports() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> reports =
                    files.filter(file -> file.getFileName().toString().startsWith("hs_err")).toList();
            for (Path report : reports) {
                Files.readAllLines(report).stream().limit(60).forEach(System.err::println);
            }
            return reports;
        }
    }

    BusDirectory directory() {
        return BusDirectory.at(root, BUS);
    }

    Path root() {
        return root;
    }

    Path folder() {
        return folder;
    }

    /** A JVM that is told the bus; further arguments are {@code name=value}. */
    ChildJvm.Builder jvm(Class<?> main, String... arguments) {
        List<String> all = new ArrayList<>(List.of("root=" + root, "bus=" + BUS));
        all.addAll(List.of(arguments));
        return new ChildJvm.Builder(folder, main, all).flags("-XX:-UsePerfData", "-XX:+UseSerialGC",
                "-Djna.tmpdir=" + folder);
    }

    /** Starts a JVM that is killed after the test. */
    ChildJvm start(ChildJvm.Builder builder) {
        ChildJvm child = builder.start();
        children.add(child);
        return child;
    }

    /** A publisher that has opened the bus. */
    ChildJvm publisher(String... arguments) {
        ChildJvm publisher = startedPublisher(arguments);
        publisher.ask("open", "OPEN");
        return publisher;
    }

    /** A publisher's JVM with flags for a quick start; it has not opened the bus. */
    ChildJvm startedPublisher(String... arguments) {
        ChildJvm publisher = start(jvm(PublisherMain.class, arguments).flags("-XX:TieredStopAtLevel=1"));
        publisher.expect("STARTED");
        return publisher;
    }

    /** A subscriber that has joined. */
    ChildJvm subscriber(String... arguments) {
        ChildJvm subscriber = start(jvm(SubscriberMain.class, arguments));
        subscriber.expect("ATTACHED");
        return subscriber;
    }

    /** A daemon that serves. */
    ChildJvm daemon(String... arguments) {
        ChildJvm daemon = start(jvm(DaemonMain.class, arguments));
        daemon.expect("READY");
        return daemon;
    }

    /** A client that is connected. */
    ChildJvm timerClient(String... arguments) {
        ChildJvm client = start(jvm(TimerClientMain.class, arguments));
        client.expect("CONNECTED");
        return client;
    }

    /** A client in this JVM; the first one loads classes and native code before it waits for the daemon. */
    TimerClient connect() {
        return connect(TimerClientOptions.defaults());
    }

    TimerClient connect(TimerClientOptions options) {
        return TimerClient.connect(directory(), options.withConnectTimeoutNs(CONNECT_TIMEOUT_NS));
    }

    private static void delete(Path folder) throws IOException {
        List<Path> paths = new ArrayList<>(FileTree.of(folder));
        paths.sort(Comparator.reverseOrder());
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
