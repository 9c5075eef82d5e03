// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static io.tickbus.subscriber.SubscriberFixture.publish;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.WaitStrategy;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of any content: a subscriber reads them or refuses them, soon, and does nothing else. */
@Timeout(300)
class SignalsFileFuzzPropertyTest {
    private static final int FILES = 24_000;
    private static final int FILES_PER_COLLECTION = 4_000;
    private static final int SLOTS = 8;
    private static final int POLLS = 100;
    private static final int FIRST_SLOT = 4096;
    private static final int LAST_HEADER_WORD = 520;
    private static final long[] AWKWARD = {0, 1, 2, 3, 7, 8, 9, 20, 21, 22, 28, 29, -1, -20, -21, -22, -29, 64, 4096,
        1L << 24, 1L << 25, 1L << 31, 1L << 32, 1L << 40, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE,
        Long.MAX_VALUE - 1, Long.MIN_VALUE, Long.MIN_VALUE + 1};

    @TempDir
    Path folder;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<BusException.Reason, Integer> refusals = new EnumMap<>(BusException.Reason.class);
    private BusDirectory directory;
    private byte[] intact;
    private int readable;
    private long handled;
    private long reported;

    @BeforeEach
    void createFile() throws IOException {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        // Its heartbeat is soon old, so that subscribers also do what they do then.
        SignalsOptions options = SignalsOptions.defaults().withSlotCount(SLOTS);
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, options)) {
            publish(publisher, 20);
            intact = Files.readAllBytes(directory.signals());
        }
    }

    @Test
    void shouldReadOrRefuseWhateverTheFileHolds() throws IOException {
        System.out.println("SignalsFileFuzzPropertyTest -Dseed=" + seed);
        for (int i = 0; i < FILES; i++) {
            byte[] mutated = intact.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                mutate(mutated);
            }
            Files.write(directory.signals(), mutated);
            read(i);
            assertArrayEquals(mutated, Files.readAllBytes(directory.signals()), () -> "written to, -Dseed=" + seed);
            if (i % FILES_PER_COLLECTION == 0) {
                // Mappings go with their buffers, and the kernel allows 65,530 of them.
                System.gc();
            }
        }
        System.out.println("SignalsFileFuzzPropertyTest readable=" + readable + " refused=" + refusals);
        assertTrue(readable > 0);
        assertTrue(refusals.size() > 5, refusals::toString);
    }

    private void mutate(byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int slot = FIRST_SLOT + 64 * random.nextInt(SLOTS);
        switch (random.nextInt(6)) {
            case 0 -> file.put(random.nextInt(bytes.length), (byte) random.nextInt());
            case 1 -> file.putLong(Long.BYTES * random.nextInt(LAST_HEADER_WORD / Long.BYTES + 1), word());
            case 2 -> file.putInt(Integer.BYTES * random.nextInt(LAST_HEADER_WORD / Integer.BYTES), (int) word());
            case 3 -> file.putLong(slot, word());
            case 4 -> file.putLong(slot + Long.BYTES * random.nextInt(8), random.nextLong());
            // One bit of a word that matters to polling: the base, the next sequence, or a stamp.
            default -> {
                int at = new int[] {48, 512, slot}[random.nextInt(3)];
                file.putLong(at, file.getLong(at) ^ 1L << random.nextInt(Long.SIZE));
            }
        }
    }

    private long word() {
        return random.nextInt(3) == 0 ? random.nextLong() : AWKWARD[random.nextInt(AWKWARD.length)];
    }

    private void read(int file) {
        String why = "file=" + file + " -Dseed=" + seed;
        handled = 0;
        reported = 0;
        SignalSubscriber subscriber = null;
        try {
            subscriber = SignalSubscriber.attach(directory, options());
            long first = subscriber.sequence() - reported;
            for (int poll = 0; poll < POLLS; poll++) {
                subscriber.await(signal -> handled++, 1, 0);
            }
            subscriber.publisherStatus();
            assertEquals(0, subscriber.poll(signal -> handled++, SLOTS), why);
            // A flag may say that a relay has left a signal out.
            assertEquals(subscriber.sequence() - first, handled + reported + subscriber.filtered(), why);
            readable++;
        } catch (BusException e) {
            refusals.merge(e.reason(), 1, Integer::sum);
        }
        assertTrue(handled <= SLOTS, why);
        if (subscriber != null) {
            assertEquals(handled, subscriber.received(), why);
            assertEquals(reported, subscriber.lost(), why);
        }
    }

    private SubscriberOptions options() {
        OverrunPolicy[] policies = OverrunPolicy.values();
        long join = new long[] {SubscriberOptions.NEWEST, SubscriberOptions.OLDEST, 0, 15, 25}[
                random.nextInt(5)];
        return SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.spin()).joinedAt(join)
                .withOverrunPolicy(policies[random.nextInt(policies.length)]).withListener(new SubscriberListener() {
                    @Override
                    public void onLoss(long firstSequence, long count) {
                        assertTrue(count > 0, "count=" + count + " -Dseed=" + seed);
                        reported += count;
                    }
                });
    }
}
