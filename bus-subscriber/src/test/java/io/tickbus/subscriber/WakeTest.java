// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.publisher.SignalPublisher;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class WakeTest {
    private static final String PROVIDERS = "META-INF/services/io.tickbus.core.internal.platform.Platform";

    @TempDir
    Path folder;

    @Test
    void shouldWakeSleepersWhenPlatformHasFutex() throws Exception {
        assumeTrue(Platforms.current().hasFutex(), "skipped: " + Platforms.reason());
        assertTrue(WakeScenario.run(folder));
    }

    /** The same classes once more, from a class path without the native module. */
    @Test
    void shouldWakeSleepersWhenPlatformIsPortable() throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(portableClassPath(), ClassLoader.getPlatformClassLoader())) {
            Object hasFutex = loader.loadClass(WakeScenario.class.getName()).getMethod("run", Path.class)
                    .invoke(null, folder);
            assertEquals(false, hasFutex);
        }
    }

    private static URL[] portableClassPath() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator, -1)) {
            if (!providesPlatform(Path.of(entry))) {
                urls.add(url(entry));
            }
        }
        return urls.toArray(new URL[0]);
    }

    private static boolean providesPlatform(Path entry) throws Exception {
        if (Files.isDirectory(entry)) {
            return Files.exists(entry.resolve(PROVIDERS));
        }
        if (!entry.toString().endsWith(".jar")) {
            return false;
        }
        try (ZipFile jar = new ZipFile(entry.toFile())) {
            return jar.getEntry(PROVIDERS) != null;
        }
    }

    private static URL url(String entry) throws MalformedURLException {
        return Path.of(entry).toUri().toURL();
    }

    @Test
    void shouldRaiseWakeWordOnlyWhenSomebodyIsParked() {
        BusDirectory directory = BusDirectory.at(folder, "bus");
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SubscriberFixture.SMALL)) {
            SignalsHeader header = SignalsFile.attach(directory).header();
            long farNs = System.nanoTime() + 60_000_000_000L;
            publisher.publish(1);
            publisher.announceDeadline(farNs);
            assertEquals(0, header.wakeWord(), "a wake-up for nobody");
            publisher.bus().doorbell().announceParked();
            publisher.announceDeadline(farNs);
            publisher.announceDeadline(farNs + 1);
            assertEquals(0, header.wakeWord(), "a later deadline wakes nobody");
            publisher.announceDeadline(farNs - 1);
            assertEquals(1, header.wakeWord(), "an earlier one does");
            publisher.announceDeadline(farNs - 2);
            assertEquals(1, header.wakeWord(), "all are awake by now");
            publisher.bus().doorbell().announceParked();
            publisher.publish(2);
            assertEquals(2, header.wakeWord());
            publisher.publish(3);
            assertEquals(2, header.wakeWord());
        }
    }

    @Test
    void shouldNotSleepWhenEarlierDeadlineWasAnnounced() {
        BusDirectory directory = BusDirectory.at(folder, "bus");
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SubscriberFixture.SMALL)) {
            SignalCondition condition = new SignalCondition(directory, SignalsFile.attach(directory));
            condition.sequence(0);
            publisher.announceDeadline(5_000);
            // Would sleep for five minutes, longer than this test may last.
            condition.park(System.nanoTime() + 300_000_000_000L, 6_000);
            assertFalse(condition.isReady());
            publisher.publish(1);
            condition.park(System.nanoTime() + 300_000_000_000L, 5_000);
            assertTrue(condition.isReady());
        }
    }

    @Test
    void shouldNapWhenPublisherOffersNoParking() {
        BusDirectory directory = BusDirectory.at(folder, "bus");
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory,
                SubscriberFixture.SMALL.withParking(false))) {
            SignalCondition condition = new SignalCondition(directory, SignalsFile.attach(directory));
            condition.sequence(0);
            assertFalse(condition.isWoken());
            condition.park(System.nanoTime() + 300_000_000_000L, Long.MIN_VALUE);
            assertFalse(condition.isReady());
            assertEquals(SignalsLayout.NO_DEADLINE, condition.nextDeadlineNs());
            publisher.publish(1);
            assertEquals(0, publisher.bus().signals().header().wakeWord());
        }
    }
}
