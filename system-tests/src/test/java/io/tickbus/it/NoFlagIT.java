// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The libraries work with a plain {@code java -cp}, without a flag, on every JDK from 17 on that is installed here. */
@Timeout(180)
class NoFlagIT {
    private static final Path INSTALLED = Path.of("/usr/lib/jvm");
    private static final int FIRST_WITH_NATIVE_WARNING = 22;
    private static final String[] LIBRARIES = {"bus-core", "bus-publisher", "bus-subscriber", "agrona",
            "system-tests"};

    @RegisterExtension
    final TestBus bus = new TestBus();

    /** One home per feature version: this JVM's own, and those that Linux distributions installed. */
    static Stream<Path> javaHomes() throws IOException {
        TreeMap<Integer, Path> homes = new TreeMap<>();
        if (Files.isDirectory(INSTALLED)) {
            try (Stream<Path> found = Files.list(INSTALLED)) {
                found.sorted().filter(home -> featureVersion(home) >= 17)
                        .forEach(home -> homes.put(featureVersion(home), home));
            }
        }
        homes.put(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
        System.out.println("JDKs: " + homes);
        return homes.values().stream();
    }

    private static int featureVersion(Path home) {
        Properties release = new Properties();
        try (Stream<String> lines = Files.lines(home.resolve("release"))) {
            lines.forEach(line -> release.put(line.split("=", 2)[0], line.replaceAll(".*=|\"", "")));
        } catch (IOException e) {
            return 0;
        }
        boolean isComplete = Files.isExecutable(home.resolve("bin/java"));
        return isComplete ? Integer.parseInt(release.getProperty("JAVA_VERSION", "0").split("\\.", 2)[0]) : 0;
    }

    @ParameterizedTest
    @MethodSource("javaHomes")
    void shouldPrintNothingWhenSpinningWithoutNativeCode(Path javaHome) {
        String classPath = ChildJvm.classPathOf(LIBRARIES);
        for (ChildJvm child : exchange(javaHome, classPath, "spin")) {
            assertEquals("", child.errors());
        }
    }

    @ParameterizedTest
    @MethodSource("javaHomes")
    void shouldSleepInNapsAndPrintNothingWithoutNativeCode(Path javaHome) {
        String classPath = ChildJvm.classPathOf(LIBRARIES);
        for (ChildJvm child : exchange(javaHome, classPath, "predictive")) {
            assertEquals("", child.errors());
        }
    }

    @ParameterizedTest
    @MethodSource("javaHomes")
    void shouldWorkWithDefaultWaitingAndNativeCode(Path javaHome) {
        String classPath = System.getProperty("java.class.path");
        for (ChildJvm child : exchange(javaHome, classPath, "predictive")) {
            System.out.println(javaHome + " prints: " + child.errors());
            boolean mayWarn = featureVersion(javaHome) >= FIRST_WITH_NATIVE_WARNING;
            assertTrue(child.errors().isEmpty() || (mayWarn && isNativeWarning(child.errors().strip())), child::errors);
        }
    }

    private static boolean isNativeWarning(String errors) {
        return errors.lines().allMatch(line -> line.startsWith("WARNING: "))
                && errors.contains("Linker::downcallHandle") && errors.contains("io.tickbus.posix");
    }

    private List<ChildJvm> exchange(Path javaHome, String classPath, String waiting) {
        ChildJvm publisher = bus.start(bus.jvm(PublisherMain.class).withoutFlags().javaHome(javaHome)
                .classPath(classPath));
        publisher.ask("open", "OPEN");
        ChildJvm subscriber = bus.start(bus.jvm(SubscriberMain.class, "waiting=" + waiting).withoutFlags()
                .javaHome(javaHome).classPath(classPath));
        subscriber.expect("ATTACHED");
        subscriber.send("until 500");
        publisher.order("predicted 500 " + javaHome.hashCode());
        assertEquals(500, ChildJvm.number(subscriber.expect("REACHED"), "received"));
        subscriber.quit();
        publisher.order("close");
        publisher.quit();
        return List.of(publisher, subscriber);
    }
}
