package io.tickbus.subscriber;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random armings, cancellings, firings, servings, pollings and readings of signals, against a model that knows of each
 * firing which command had been carried out before it: a firing is current exactly where that is the latest one sent.
 */
@Timeout(120)
class ArmingLogPropertyTest {
    private static final int STEPS = 40_000;
    private static final int KEYS = 12;

    @TempDir
    Path folder;

    /** What the model knows of a key. */
    private static final class Model {
        /** The latest ARM or CANCEL that was sent. */
        private long sent = -1;
        /** The latest one that was carried out. */
        private long done = -1;
    }

    private record Firing(long sequence, long key, long armedBy) {
    }

    private final Map<Long, Model> models = new HashMap<>();
    private final Queue<Firing> firings = new ArrayDeque<>();

    @Test
    void shouldJudgeAsModelWhenOrderIsRandom() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("ArmingLogPropertyTest -Dseed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "bus");
        StandInDaemon daemon = new StandInDaemon(directory, 64);
        TimerClient client = TimerClient.connect(directory, TimerClientOptions.defaults().withCommandSlots(32));
        SignalSubscriber subscriber = SignalSubscriber.attach(directory);
        long judged = 0;
        long stale = 0;
        for (int step = 0; step < STEPS; step++) {
            long key = random.nextInt(KEYS);
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> send(client.send(new TimerCommand().arm(key, 1, 2)
                        .periodNs(random.nextInt(3) == 0 ? 5 : 0)), key);
                case 3 -> send(client.cancel(key), key);
                case 4 -> client.pause(key);
                case 5 -> daemon.serve(1 + random.nextInt(3));
                case 6, 7 -> {
                    // A step late on purpose: what is served is seen by the model when it is asked.
                    noteServed(daemon);
                    if (firings.size() < 32 && daemon.fire(key)) {
                        firings.add(new Firing(daemon.publisher.nextSequence() - 1, key, models.get(key).done));
                    }
                }
                case 8 -> client.pollReplies(reply ->
                        assertTrue(reply.code() != ReplyCode.FULL, reply.toString()), 1 + random.nextInt(8));
                default -> {
                    noteServed(daemon);
                    int[] found = new int[2];
                    subscriber.poll(signal -> judge(client, signal, found), 1 + random.nextInt(4));
                    judged += found[0];
                    stale += found[1];
                }
            }
        }
        assertTrue(stale > 100 && judged - stale > 100, "judged=" + judged + " stale=" + stale);
        assertEquals(0, client.repliesLost() + client.keysForgotten() + subscriber.lost());
        client.close();
        daemon.close();
    }

    private void send(long sequence, long key) {
        if (sequence != TimerClient.FULL) {
            models.computeIfAbsent(key, any -> new Model()).sent = sequence;
        }
    }

    private int served;

    private void noteServed(StandInDaemon daemon) {
        for (; served < daemon.received.size(); served++) {
            TimerCommand command = daemon.received.get(served);
            Model model = models.get(command.key());
            if (model != null && (command.type() == 1 || command.type() == 2)) {
                model.done = served;
            }
        }
    }

    private void judge(TimerClient client, SignalRecord signal, int[] found) {
        Firing firing = firings.remove();
        assertEquals(firing.sequence(), signal.sequence());
        boolean isCurrent = models.get(firing.key()).sent == firing.armedBy();
        assertEquals(isCurrent, client.isCurrent(signal), () -> "firing=" + firing + " sent="
                + models.get(firing.key()).sent + " done=" + models.get(firing.key()).done);
        found[0]++;
        found[1] += isCurrent ? 0 : 1;
    }
}
