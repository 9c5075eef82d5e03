// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A client that arms 50,000 durable timers a second, each with a key of its own, and knows which were acknowledged. */
final class Load implements AutoCloseable {
    private static final long INTERVAL_NS = 20_000;
    private static final long LONGEST_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(30);
    /** One timer in this many is due much later, so that a late kill finds a timer that has not fired. */
    private static final int LATE_EACH = 16;
    private static final long LATE_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Random random;
    private final Durability durability;
    private final TimerClient client;
    private final TimerCommand command = new TimerCommand();
    private final BitSet acknowledged = new BitSet();
    private final long shortestDelayNs;
    private int nextKey = 1;
    private long refused;

    Load(BusDirectory directory, Durability durability, Random random) {
        this(directory, durability, random, 0);
    }

    Load(BusDirectory directory, Durability durability, Random random, long shortestDelayNs) {
        this.shortestDelayNs = shortestDelayNs;
        this.durability = durability;
        this.random = random;
        client = connect(directory);
    }

    /** Short, as an attempt fails if the daemon dies meanwhile. */
    private static TimerClient connect(BusDirectory directory) {
        TimerClientOptions options = TimerClientOptions.defaults().withName("load").withTrackedKeys(0)
                .withCommandSlots(1 << 12).withConnectTimeoutNs(TimeUnit.SECONDS.toNanos(3));
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                return TimerClient.connect(directory, options);
            } catch (BusException e) {
                if (System.nanoTime() > untilNs) {
                    throw e;
                }
            }
        }
    }

    /** Arms until the time is over or the daemon has died; returns whether it still runs. */
    boolean run(long durationNs) {
        long startNs = System.nanoTime();
        long dueNs = startNs;
        try {
            for (long nowNs = startNs; nowNs - startNs < durationNs; nowNs = System.nanoTime()) {
                if (nowNs >= dueNs && arm(nowNs)) {
                    dueNs += INTERVAL_NS;
                }
                client.pollReplies(this::take, 256);
            }
            return true;
        } catch (BusException e) {
            return false;
        }
    }

    private boolean arm(long nowNs) {
        long lateNs = nextKey % LATE_EACH == 0 ? LATE_NS : 0;
        long deadlineNs = nowNs + shortestDelayNs + lateNs + (long) (random.nextDouble() * LONGEST_DELAY_NS);
        long sequence = client.send(command.arm(nextKey, 1, deadlineNs).durability(durability));
        if (sequence < 0) {
            return false;
        }
        nextKey++;
        return true;
    }

    private void take(TimerReply reply) {
        if (reply.code() == ReplyCode.ARMED) {
            acknowledged.set((int) reply.key());
        } else {
            refused++;
        }
    }

    /** Takes the replies not yet read, and connects to the next daemon; false if none answers. */
    boolean reconnect() {
        drain();
        try {
            client.reconnect();
            return true;
        } catch (BusException e) {
            return false;
        }
    }

    void drain() {
        try {
            while (client.pollReplies(this::take, 256) > 0) {
                Thread.onSpinWait();
            }
        } catch (BusException e) {
            // All replies are read, and none can follow.
            return;
        }
    }

    /** Waits until every command is answered. */
    void awaitReplies() {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (client.unanswered() > 0 && System.nanoTime() < untilNs) {
            client.pollReplies(this::take, 256);
        }
        drain();
    }

    BitSet acknowledged() {
        return acknowledged;
    }

    int armed() {
        return nextKey - 1;
    }

    long refused() {
        return refused;
    }

    @Override
    public void close() {
        client.close();
    }
}
