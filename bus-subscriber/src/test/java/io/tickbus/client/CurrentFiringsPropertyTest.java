// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Armings, re-armings, cancellings, pauses, refusals, firings and readings in a random order, through real rings and a
 * real engine, against a model that knows of each firing which arming had been carried out last for its key: it is of
 * that arming and of no other, and current exactly where that is the latest command sent about the key.
 */
@Timeout(120)
class CurrentFiringsPropertyTest {
    private static final int STEPS = 60_000;
    private static final int KEYS = 12;
    private static final int QUOTA = 4;
    private static final int OWNER = StandInDaemon.OWNER;
    private static final long NONE = -1;

    @TempDir
    Path folder;

    private record Firing(long sequence, long key, long armedBy) {
    }

    private final TimerEngine engine = TimerEngine.create(new TimerQuotas(1_000, QUOTA));
    private final TimerCommand outgoing = new TimerCommand();
    private final TimerCommand incoming = new TimerCommand();
    private final TimerReply reply = new TimerReply();
    private final Queue<Firing> firings = new ArrayDeque<>();
    /** Per key: the latest ARM or CANCEL sent, the latest ARM sent, the latest ARM carried out. */
    private final long[] sent = new long[KEYS];
    private final long[] armSent = new long[KEYS];
    private final long[] armed = new long[KEYS];
    private final Queue<Long> numbersUnderWay = new ArrayDeque<>();
    private StandInDaemon daemon;
    private ClientFile file;
    private Session session;
    private SlotWriter replies;
    private TimerClient client;
    private SplittableRandom random;
    private long consumed;
    private long nowNs = 1_000;
    private int current;
    private int stale;
    private int refused;

    @Test
    void shouldTellFiringsOfLatestArmingFromAllOthers() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("CurrentFiringsPropertyTest -Dseed=" + seed);
        random = new SplittableRandom(seed);
        Arrays.fill(sent, NONE);
        Arrays.fill(armSent, NONE);
        Arrays.fill(armed, NONE);
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "bus");
        TimerClientOptions options = TimerClientOptions.defaults().withCommandSlots(32).withTrackedKeys(256);
        daemon = new StandInDaemon(directory, 64);
        client = TimerClient.connect(directory, options);
        file = daemon.lastFile();
        session = daemon.replies.session(0);
        replies = session.replyWriter();
        engine.openOwner(OWNER);
        SignalSubscriber subscriber = SignalSubscriber.attach(directory);
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> arm(random.nextInt(KEYS));
                case 3 -> cancel(random.nextInt(KEYS));
                case 4 -> number(random.nextBoolean() ? client.pause(random.nextInt(KEYS))
                        : client.resume(random.nextInt(KEYS)));
                case 5 -> serve(1 + random.nextInt(3));
                case 6, 7 -> fire(1 + random.nextInt(3));
                case 8 -> client.pollReplies(this::check, 1 + random.nextInt(8));
                default -> subscriber.poll(this::judge, 1 + random.nextInt(4));
            }
        }
        assertTrue(current > 100 && stale > 100 && refused > 100,
                "current=" + current + " stale=" + stale + " refused=" + refused);
        assertEquals(0, client.repliesLost() + subscriber.lost());
        client.close();
        daemon.close();
    }

    private void arm(int key) {
        outgoing.arm(key, 1, nowNs + random.nextInt(50)).periodNs(random.nextInt(3) == 0 ? 1_000 : 0);
        long number = random.nextBoolean() ? number(client.send(outgoing))
                : number(client.arm(key, 1, outgoing.deadlineNs()));
        if (number != TimerClient.FULL) {
            sent[key] = number;
            armSent[key] = number;
        }
    }

    private void cancel(int key) {
        long number = number(client.cancel(key));
        sent[key] = number == TimerClient.FULL ? sent[key] : number;
    }

    private long number(long number) {
        if (number != TimerClient.FULL) {
            numbersUnderWay.add(number);
        }
        return number;
    }

    private void serve(int limit) {
        for (int i = 0; i < limit && file.ring().read(consumed, incoming.fields()) == SlotRing.COMMITTED; i++) {
            engine.execute(OWNER, incoming, nowNs, daemon.publisher.nextSequence(), reply);
            boolean isArmed = reply.code() == ReplyCode.ARMED;
            long number = numbersUnderWay.remove();
            assertEquals((int) number, incoming.generation());
            if (isArmed) {
                armed[(int) incoming.key()] = number;
            } else if (incoming.type() == CommandLayout.TYPE_ARM) {
                refused++;
            }
            replies.write(reply.commandSequence(consumed).fields());
            consumed++;
            session.putConsumed(consumed);
        }
    }

    private void fire(int limit) {
        nowNs += random.nextInt(100);
        if (firings.size() < 32) {
            engine.expire(nowNs, limit, firing -> {
                firings.add(new Firing(daemon.publisher.nextSequence(), firing.key(), armed[(int) firing.key()]));
                return daemon.publisher.publish(firing);
            });
        }
        engine.doHousekeeping();
    }

    private void check(TimerReply answer) {
        assertTrue(answer.code() != ReplyCode.INVALID, answer::toString);
    }

    private void judge(SignalRecord signal) {
        Firing firing = firings.remove();
        int key = (int) firing.key();
        String what = signal + " " + firing + " sent=" + sent[key] + " armSent=" + armSent[key];
        assertEquals(firing.sequence(), signal.sequence(), what);
        assertTrue(signal.isOf(firing.armedBy()), what);
        assertEquals(armSent[key] == firing.armedBy(), signal.isOf(armSent[key]), what);
        boolean isCurrent = sent[key] == firing.armedBy();
        assertEquals(isCurrent, client.isCurrent(signal), what);
        current += isCurrent ? 1 : 0;
        stale += isCurrent ? 0 : 1;
    }
}
