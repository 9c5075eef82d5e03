// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.tickbus.cluster.aeron.AeronDirectory;
import io.tickbus.core.internal.platform.Platforms;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** Aeron as a relay uses it: a media driver in this process, or one that runs already. */
final class RelayAeron implements AutoCloseable {
    private static final int MANY_PROCESSORS = 8;
    private static final long LONGEST_PARK_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private final MediaDriver driver;
    private final Aeron aeron;

    private RelayAeron(MediaDriver driver, Aeron aeron) {
        this.driver = driver;
        this.aeron = aeron;
    }

    /**
     * Starts a driver, or connects to one.
     *
     * @param directory of a driver that runs; null for one in this process
     * @param isSpinning whether its threads never sleep
     * @param errors     takes what goes wrong on Aeron's threads
     */
    static RelayAeron open(Path directory, boolean isSpinning, Consumer<Throwable> errors) {
        MediaDriver driver = directory == null ? launch(isSpinning, errors) : null;
        try {
            Aeron aeron = Aeron.connect(new Aeron.Context().errorHandler(errors::accept)
                    .aeronDirectoryName(driver == null ? directory.toString() : driver.aeronDirectoryName()));
            return new RelayAeron(driver, aeron);
        } catch (RuntimeException e) {
            CloseHelper.quietClose(driver);
            throw e;
        }
    }

    private static MediaDriver launch(boolean isSpinning, Consumer<Throwable> errors) {
        boolean hasMany = Runtime.getRuntime().availableProcessors() >= MANY_PROCESSORS;
        return MediaDriver.launch(new MediaDriver.Context().aeronDirectoryName(AeronDirectory.make("relay"))
                .dirDeleteOnShutdown(true).errorHandler(errors::accept)
                .threadingMode(hasMany ? ThreadingMode.DEDICATED : ThreadingMode.SHARED)
                .sharedIdleStrategy(idle(isSpinning)).senderIdleStrategy(idle(isSpinning))
                .receiverIdleStrategy(idle(isSpinning)).sharedThreadFactory(precise("relay-driver"))
                .senderThreadFactory(precise("relay-driver-sender"))
                .receiverThreadFactory(precise("relay-driver-receiver")).printConfigurationOnStart(false));
    }

    /** How a thread of a relay waits. */
    static IdleStrategy idle(boolean isSpinning) {
        return isSpinning ? new BusySpinIdleStrategy() : new BackoffIdleStrategy(100, 20, 1_000, LONGEST_PARK_NS);
    }

    /** Threads whose naps are as short as they are to be: the kernel adds 50 µs unless it is told otherwise. */
    private static ThreadFactory precise(String name) {
        return task -> {
            Thread thread = new Thread(() -> {
                Platforms.current().setTimerSlackNs(1);
                task.run();
            }, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    Aeron aeron() {
        return aeron;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(aeron, driver);
    }
}
