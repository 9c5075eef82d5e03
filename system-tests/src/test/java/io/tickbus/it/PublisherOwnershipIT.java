// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One publisher at a time: others are refused with a reason, and a dead publisher's successor takes over its bus. */
@Timeout(180)
class PublisherOwnershipIT {
    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldRefuseSecondPublisherWithOwnersPid() {
        ChildJvm owner = bus.publisher();
        ChildJvm subscriber = bus.subscriber();
        assertRefused("it has a publisher (pid=" + owner.pid() + " ");
        long next = ChildJvm.number(owner.order("publish 100"), "next");
        assertEquals(100, ChildJvm.number(subscriber.ask("until " + next, "REACHED"), "received"));
        assertFalse(subscriber.transcript().contains("RESTARTED"), subscriber::transcript);
        subscriber.quit();
        owner.quit();
    }

    @Test
    void shouldKeepItsLockWhenItsOwnProcessAsksAboutIt() {
        ChildJvm owner = bus.publisher();
        owner.send("probe");
        assertEquals("PROBED HELD", owner.expect("PROBED"));
        assertEquals("STATUS ALIVE", owner.expect("STATUS"));
        assertTrue(owner.expect("REFUSED IN_USE").contains("this very process"), owner::transcript);
        owner.expect("DONE probe");
        assertRefused("it has a publisher (pid=" + owner.pid() + " ");
        owner.quit();
    }

    @Test
    void shouldNameReaderWhenOnlyAReaderHoldsALock() throws IOException {
        bus.publisher().kill();
        try (FileChannel channel = FileChannel.open(bus.directory().lock(), StandardOpenOption.READ);
                FileLock lock = channel.tryLock(0, 1, true)) {
            assertNotNull(lock);
            ChildJvm refused = assertRefused("a reader holds a lock on " + bus.directory().lock());
            assertFalse(refused.transcript().contains("it has a publisher"), refused::transcript);
        }
        bus.publisher().quit();
    }

    @Test
    void shouldWaitForAReaderThatIsStopped() throws Exception {
        bus.publisher().kill();
        ChildJvm successor = bus.startedPublisher();
        try (FileChannel channel = FileChannel.open(bus.directory().lock(), StandardOpenOption.READ);
                FileLock lock = channel.tryLock(0, 1, true)) {
            assertNotNull(lock);
            successor.ask("open", "ASKED");
            // A reader may be off its processor for this long, which exceeds the wait for another publisher.
            TimeUnit.MILLISECONDS.sleep(250);
        }
        assertEquals(2, ChildJvm.number(successor.expect("OPEN"), "epoch"));
        successor.expect("DONE open");
        successor.quit();
    }

    @Test
    void shouldTakeOverFromDeadPublisherThatLeftTemporaryFiles() throws IOException {
        ChildJvm dead = bus.publisher();
        long next = ChildJvm.number(dead.order("publish 5000"), "next");
        ChildJvm subscriber = bus.subscriber("join=" + (next - 100));
        dead.order("inside");
        dead.kill();
        Path folder = bus.directory().path();
        Files.write(folder.resolve(".new-signals-" + dead.pid() + "-1"), new byte[100]);
        Files.write(folder.resolve(".new-doorbell-" + dead.pid() + "-1"), new byte[0]);

        ChildJvm successor = bus.startedPublisher();
        String opened = successor.ask("open", "OPEN");
        assertEquals(next, ChildJvm.number(opened, "next"));
        assertEquals(2, ChildJvm.number(opened, "epoch"));
        assertEquals(List.of(folder, bus.directory().doorbell(), bus.directory().lock(), bus.directory().signals()),
                FileTree.of(folder));
        long end = ChildJvm.number(successor.order("publish 7"), "next");
        String report = subscriber.ask("until " + end, "REACHED");
        assertEquals(107, ChildJvm.number(report, "received"), report);
        subscriber.quit();
        successor.order("close");
        successor.quit();
        String afterClose = bus.startedPublisher().ask("open", "OPEN");
        assertEquals(next + 7, ChildJvm.number(afterClose, "next"));
        assertEquals(3, ChildJvm.number(afterClose, "epoch"));
    }

    private ChildJvm assertRefused(String why) {
        ChildJvm second = bus.startedPublisher();
        String refusal = second.ask("open", "REFUSED IN_USE");
        assertTrue(refusal.contains(why), refusal);
        assertEquals(ChildArguments.REFUSED, second.exitCode());
        return second;
    }
}
