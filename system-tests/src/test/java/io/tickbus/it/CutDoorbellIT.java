// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.WritableBus;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One process truncates the doorbell again and again while another rings it: no JVM may crash. */
@Timeout(180)
class CutDoorbellIT {
    @RegisterExtension
    final TestBus bus = new TestBus();

    /** HotSpot accesses mapped memory by different routines in interpreted and in compiled code. */
    @ParameterizedTest
    @CsvSource({"-Xint, 100000", "-XX:TieredStopAtLevel=1, 300000", "-XX:-TieredCompilation, 300000"})
    void shouldNotCrashWhenDoorbellIsTruncatedWhileItRings(String flag, int times) throws Exception {
        try (WritableBus published = WritableBus.open(bus.directory(), SignalsOptions.defaults())) {
            ChildJvm ringer = bus.start(bus.jvm(RingerMain.class, "times=" + times).flags(flag));
            ringer.expect("ATTACHED");
            AtomicBoolean isOver = new AtomicBoolean();
            Thread vandal = new Thread(() -> cutUntil(isOver), "vandal");
            vandal.start();
            try {
                assertTrue(ChildJvm.number(ringer.expect("RUNG"), "faults") > 0, ringer::transcript);
                assertEquals(0, ringer.exitCode());
            } finally {
                isOver.set(true);
                vandal.join();
            }
            assertTrue(published.doorbell().restore());
        }
        bus.directory().delete();
    }

    private void cutUntil(AtomicBoolean isOver) {
        try (RandomAccessFile file = new RandomAccessFile(bus.directory().doorbell().toFile(), "rw")) {
            while (!isOver.get()) {
                file.setLength(0);
                file.setLength(DoorbellLayout.LENGTH);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
