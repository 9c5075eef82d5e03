// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SlowHandlerTest {
    private static final long LIMIT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    @TempDir
    private Path root;

    private final ConcurrentLinkedQueue<SlowHandler> told = new ConcurrentLinkedQueue<>();
    private final CountDownLatch found = new CountDownLatch(1);
    private volatile int blockedId = 7;
    private final SubscriberOptions options = SubscriberOptions.defaults().joinAtOldest()
            .withListener(new SubscriberListener() {
                @Override
                public void onSlowHandler(SlowHandler slow) {
                    told.add(slow);
                    if (slow.signalId() == blockedId) {
                        found.countDown();
                    }
                }
            });

    /** Blocks at one signal until it is found out, as a handler does that writes to a disk. */
    private final class BlockingHandler implements SignalHandler {
        @Override
        public void onSignal(SignalRecord signal) {
            if (signal.signalId() == blockedId) {
                block();
            }
        }

        private void block() {
            try {
                assertTrue(found.await(30, TimeUnit.SECONDS), "not found");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private SignalSubscriber subscriber(SignalPublisher publisher, long limitNs) {
        publisher.publish(6);
        publisher.publish(7);
        publisher.publish(8);
        return SignalSubscriber.attach(BusDirectory.at(root, "one"), options.withSlowHandlerNs(limitNs));
    }

    @Test
    void shouldTellOfASlowHandlerWhileItRunsAndWhenItHasReturned() {
        try (SignalPublisher publisher = SignalPublisher.open(BusDirectory.at(root, "one"));
                SignalSubscriber subscriber = subscriber(publisher, LIMIT_NS)) {
            assertEquals(3, subscriber.poll(new BlockingHandler(), 10));
            // Another call may be slow too on a busy host.
            List<SlowHandler> slow = told.stream().filter(each -> each.signalId() == blockedId).toList();
            assertEquals(2, slow.size(), slow.toString());
            SlowHandler running = slow.get(0);
            assertTrue(running.isRunning());
            assertFalse(slow.get(1).isRunning());
            for (SlowHandler each : slow) {
                assertEquals(BlockingHandler.class.getName(), each.handler());
                assertTrue(each.durationNs() >= LIMIT_NS);
                assertEquals(1, each.sequence());
                assertTrue(each.stack().stream().anyMatch(frame -> frame.getMethodName().equals("block")),
                        each.stack().toString());
            }
            assertTrue(slow.get(1).durationNs() >= running.durationNs());
        }
    }

    @Test
    void shouldTellOfAHandlerThatThrowsAfterALongTime() {
        try (SignalPublisher publisher = SignalPublisher.open(BusDirectory.at(root, "one"));
                SignalSubscriber subscriber = subscriber(publisher, LIMIT_NS)) {
            blockedId = 6;
            assertThrows(IllegalStateException.class, () -> subscriber.poll(signal -> {
                assertTrue(await());
                throw new IllegalStateException("after it was found");
            }, 10));
            assertFalse(told.stream().filter(slow -> slow.sequence() == 0).reduce((a, b) -> b).orElseThrow()
                    .isRunning());
            assertEquals(2, subscriber.poll(signal -> { }, 10));
        }
    }

    /** The latch that it waits for is counted down by the watcher's call, which throws too. */
    @Test
    void shouldPassOnTheHandlersExceptionWhenTheListenerThrowsToo() {
        ConcurrentLinkedQueue<String> uncaught = new ConcurrentLinkedQueue<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(e.getMessage()));
        SubscriberOptions throwing = options.withSlowHandlerNs(LIMIT_NS).withListener(new SubscriberListener() {
            @Override
            public void onSlowHandler(SlowHandler slow) {
                found.countDown();
                throw new AssertionError(slow.isRunning() ? "running" : "returned");
            }
        });
        try (SignalPublisher publisher = SignalPublisher.open(BusDirectory.at(root, "one"))) {
            publisher.publish(6);
            try (SignalSubscriber subscriber = SignalSubscriber.attach(BusDirectory.at(root, "one"), throwing)) {
                assertThrows(IllegalStateException.class, () -> subscriber.poll(signal -> {
                    assertTrue(await());
                    throw new IllegalStateException("the handler's");
                }, 10));
            }
            assertTrue(uncaught.contains("running") && uncaught.contains("returned"), uncaught.toString());
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    private boolean await() {
        try {
            return found.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Test
    void shouldWatchOnlyWhereAskedFor() {
        assertThrows(IllegalArgumentException.class, () -> options.withSlowHandlerNs(LIMIT_NS - 1));
        assertThrows(IllegalArgumentException.class, () -> options.withSlowHandlerNs(-1));
        try (SignalPublisher publisher = SignalPublisher.open(BusDirectory.at(root, "one"));
                SignalSubscriber subscriber = subscriber(publisher, 0)) {
            assertEquals(3, subscriber.poll(signal -> assertFalse(isWatched()), 10));
            assertEquals(0, told.size());
        }
    }

    private static boolean isWatched() {
        StackTraceElement[] stack = Thread.currentThread().getStackTrace();
        return List.of(stack).toString().contains(SlowHandlerWatch.class.getSimpleName());
    }
}
