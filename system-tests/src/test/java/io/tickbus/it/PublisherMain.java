// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.OwnerLock;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A publisher that obeys, line by line: {@code open}, {@code publish COUNT}, {@code paced COUNT SEED},
 * {@code predicted COUNT SEED}, {@code endless SEED}, {@code inside}, {@code probe}, {@code close}, {@code quit}.
 *
 * <p>Arguments: {@code root}, {@code bus}, {@code slots}, {@code heartbeatMs}, {@code parking}, {@code group}.
 */
public final class PublisherMain {
    private static final int LONGEST_GAP_NS = 2_000_000;
    private static final int LARGEST_BURST = 400;
    private static final int ONE_SECOND_NS = 1_000_000_000;

    private final BusDirectory directory;
    private final SignalsOptions options;
    private final Queue<String> commands = ChildArguments.commands();
    private final SignalRecord signal = new SignalRecord();
    private SignalPublisher publisher;

    private PublisherMain(ChildArguments arguments) {
        directory = arguments.directory();
        options = SignalsOptions.defaults().withSlotCount(arguments.number("slots", 1024))
                .withParking(Boolean.parseBoolean(arguments.text("parking", "true")))
                .withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(arguments.number("heartbeatMs", 20)))
                .withGroup(arguments.text("group", null));
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> new PublisherMain(new ChildArguments(arguments)).obey());
    }

    private int obey() {
        ChildArguments.say("STARTED");
        while (true) {
            String command = commands.poll();
            if (command == null) {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
            } else if (command.equals(ChildArguments.END)) {
                return 0;
            } else {
                obey(command.split(" ", -1));
            }
        }
    }

    private void obey(String... words) {
        switch (words[0]) {
            case "open" -> open();
            case "publish" -> publish(Integer.parseInt(words[1]));
            case "paced" -> paced(Integer.parseInt(words[1]), Long.parseLong(words[2]));
            case "predicted" -> predicted(Integer.parseInt(words[1]), Long.parseLong(words[2]));
            case "endless" -> endless(Long.parseLong(words[1]));
            case "inside" -> stopInsideSlot();
            case "probe" -> probe();
            case "close" -> publisher.close();
            default -> throw new IllegalArgumentException("command=" + words[0]);
        }
        ChildArguments.say("DONE " + words[0] + " next=" + publisher.nextSequence());
    }

    private void open() {
        ChildArguments.say("ASKED to open");
        publisher = SignalPublisher.open(directory, options);
        ChildArguments.say("OPEN pid=" + ProcessHandle.current().pid() + " epoch=" + publisher.epoch() + " next="
                + publisher.nextSequence());
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            Content.fill(signal, publisher.nextSequence());
            publisher.publish(signal);
        }
    }

    private void paced(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            LockSupport.parkNanos(random.nextInt(LONGEST_GAP_NS));
            publish(1);
        }
    }

    /** Signals at the deadline announced for them, before it, and unannounced ones in between. */
    private void predicted(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            int kind = random.nextInt(10);
            int gapNs = random.nextInt(LONGEST_GAP_NS);
            long deadlineNs = System.nanoTime() + (kind == 0 ? ONE_SECOND_NS : gapNs);
            publisher.announceDeadline(deadlineNs);
            boolean isOnTime = kind > 3;
            long publishAtNs = isOnTime ? deadlineNs : System.nanoTime() + gapNs / 2;
            while (System.nanoTime() < publishAtNs) {
                LockSupport.parkNanos(publishAtNs - System.nanoTime());
            }
            publish(1);
        }
        publisher.announceDeadline(SignalsLayout.NO_DEADLINE);
    }

    private void endless(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        while (commands.isEmpty()) {
            publish(1 + random.nextInt(LARGEST_BURST));
            publisher.announceDeadline(System.nanoTime() + random.nextInt(LONGEST_GAP_NS));
            LockSupport.parkNanos(random.nextInt(LONGEST_GAP_NS) / 8);
        }
    }

    /** Stores half of the fields and never commits: the test kills the process here. */
    private void stopInsideSlot() {
        SharedRegion region = publisher.bus().signals().region();
        int slot = publisher.bus().signals().ring().beginWrite(publisher.nextSequence());
        for (int field = Long.BYTES; field < SignalRecordLayout.LENGTH / 2; field += Long.BYTES) {
            region.putLong(slot + field, -1L);
        }
    }

    /** Uses everything that asks for the state of this JVM's own lock. */
    private void probe() {
        ChildArguments.say("PROBED " + OwnerLock.probe(directory.lock()));
        try (SignalSubscriber subscriber = SignalSubscriber.attach(directory)) {
            ChildArguments.say("STATUS " + subscriber.publisherStatus());
        }
        try {
            SignalPublisher.open(directory, options).close();
        } catch (io.tickbus.core.BusException e) {
            ChildArguments.say("REFUSED " + e.reason() + " " + e.getMessage());
        }
    }
}
