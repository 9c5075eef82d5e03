// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static io.tickbus.core.internal.file.BusFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalsOptions;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerLockTest {
    @TempDir
    Path folder;

    private BusDirectory directory;

    @BeforeEach
    void createDirectory() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        BusFiles.createIfMissing(directory);
    }

    @Test
    void shouldRefuseSecondOwnerWhenHeldByThisProcess() {
        try (OwnerLock lock = acquire()) {
            assertNotNull(lock);
            BusException e = assertFails(Reason.IN_USE, this::acquire);
            assertTrue(e.getMessage().contains("pid=" + ProcessHandle.current().pid()), e.getMessage());
            assertTrue(e.getMessage().contains("this very process"), e.getMessage());
            assertEquals(OwnerLock.Probe.HELD, probe());
        }
    }

    @Test
    void shouldStayHeldWhenProbedAgainAndAgain() throws IOException {
        try (OwnerLock lock = acquire()) {
            assertNotNull(lock);
            for (int i = 0; i < 1_000; i++) {
                assertEquals(OwnerLock.Probe.HELD, probe());
            }
            assertKernelHoldsLock();
        }
    }

    /** Its heartbeat may continue, and this JVM would say for ever that the bus is in use. */
    @Test
    void shouldStayHeldWhenDroppedUnclosed() throws Exception {
        WeakReference<OwnerLock> dropped = new WeakReference<>(acquire());
        for (int i = 0; i < 100 && dropped.get() != null; i++) {
            System.gc();
        }
        // The channel, if it is collected, closes on a thread of the JDK's: which runs before the next reference's.
        for (int i = 0; i < 20; i++) {
            CountDownLatch cleaned = new CountDownLatch(1);
            registerForCleaning(cleaned);
            while (!cleaned.await(1, TimeUnit.MILLISECONDS)) {
                System.gc();
            }
        }
        assertEquals(OwnerLock.Probe.HELD, probe());
        assertKernelHoldsLock();
    }

    private static void registerForCleaning(CountDownLatch cleaned) {
        Cleaner.create().register(new Object(), cleaned::countDown);
    }

    @Test
    void shouldBeProbedAndTakenWhenThreadIsInterrupted() {
        Thread.currentThread().interrupt();
        assertEquals(OwnerLock.Probe.FREE, probe());
        SignalsOptions options = SignalsOptions.defaults().withSlotCount(4);
        try (WritableBus bus = WritableBus.open(directory, options)) {
            assertTrue(bus.isInPlace());
            SignalsFile.attach(directory);
            Doorbell.attach(directory).announceParked();
            assertTrue(bus.doorbell().restore());
        }
        assertEquals(OwnerLock.Probe.FREE, probe());
        assertTrue(Thread.interrupted(), "it is still interrupted");
    }

    @Test
    void shouldBeFreeWhenMissingOrClosed() {
        assertEquals(OwnerLock.Probe.FREE, probe());
        for (int i = 0; i < 10; i++) {
            OwnerLock lock = acquire();
            lock.close();
            assertEquals(OwnerLock.Probe.FREE, probe());
        }
    }

    @Test
    void shouldKeepLockOfSuccessorWhenClosedTwice() throws IOException {
        OwnerLock first = acquire();
        first.close();
        try (OwnerLock second = acquire()) {
            assertNotNull(second);
            first.close();
            assertEquals(OwnerLock.Probe.HELD, probe());
            assertFails(Reason.IN_USE, this::acquire);
            assertKernelHoldsLock();
        }
    }

    @Test
    void shouldNameOwnerInFileWhenAcquired() {
        acquire().close();
        String text = new String(BusFixture.bytes(directory.lock()), java.nio.charset.StandardCharsets.US_ASCII);
        assertEquals("tester", text.strip());
        assertEquals(80, text.length());
    }

    /** Java believes in its own table of locks; only the kernel knows whether a closed descriptor has cost us ours. */
    private void assertKernelHoldsLock() throws IOException {
        Path table = Path.of("/proc/locks");
        assumeTrue(Files.isReadable(table), "rest skipped: there is no /proc/locks");
        String inode = ":" + Files.getAttribute(directory.lock(), "unix:ino") + " 0 0";
        assertTrue(Files.readAllLines(table).stream().anyMatch(line -> line.endsWith(inode)), "the lock is lost");
    }

    private OwnerLock acquire() {
        return OwnerLock.acquire(directory, "tester");
    }

    private OwnerLock.Probe probe() {
        return OwnerLock.probe(directory.lock());
    }
}
