// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that obeys, line by line: {@code fire COUNT SEED} arms timers, cancels and re-arms some, and checks each
 * firing; {@code endless SEED} arms and cancels for ever; {@code intrude} tries to modify the bus; {@code quit}.
 *
 * <p>Arguments: {@code root}, {@code bus}, {@code owner}, {@code name}, {@code waiting}.
 */
public final class TimerClientMain {
    private static final int SIGNAL_ID = 77;
    private static final int KEYS = 5_000;
    private static final long LONGEST_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    private final BusDirectory directory;
    private final TimerClient client;
    private final SignalSubscriber signals;
    private final Queue<String> commands = ChildArguments.commands();
    private final TimerCommand command = new TimerCommand();
    private final Map<Long, Long> due = new HashMap<>();
    private final Map<Long, Long> cancelled = new HashMap<>();
    private long replies;
    private long current;
    private long stale;
    private String fault = "none";

    private TimerClientMain(ChildArguments arguments) {
        directory = arguments.directory();
        client = TimerClient.connect(directory, TimerClientOptions.defaults().withTrackedKeys(1 << 16)
                .withName(arguments.text("name", "")).withConnectTimeoutNs(TIMEOUT_NS));
        signals = SignalSubscriber.attach(directory, SubscriberOptions.defaults()
                .withWaitStrategy(WaitStrategy.named(arguments.text("waiting", "predictive"))));
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> new TimerClientMain(new ChildArguments(arguments)).obey());
    }

    private int obey() throws IOException {
        ChildArguments.say("CONNECTED owner=" + client.owner() + " uuid=" + client.uuid());
        while (true) {
            String line = commands.poll();
            if (line == null) {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
            } else if (line.equals(ChildArguments.END)) {
                client.close();
                return 0;
            } else {
                obey(line.split(" ", -1));
            }
        }
    }

    private void obey(String... words) throws IOException {
        switch (words[0]) {
            case "fire" -> fire(Integer.parseInt(words[1]), Long.parseLong(words[2]));
            case "endless" -> endless(Long.parseLong(words[1]));
            case "intrude" -> {
                IntruderMain.attempt(directory);
                IntruderMain.attemptClients(directory);
                ChildArguments.say("DONE intrude");
            }
            default -> throw new IllegalArgumentException("command=" + words[0]);
        }
    }

    /** Arms one timer per key, cancels a quarter and re-arms a quarter of them, and waits for the remaining firings. */
    private void fire(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        cancelled.clear();
        replies = 0;
        long sent = 0;
        for (long key = 0; key < count; key++) {
            sent += arm(key, random);
        }
        for (long key = 0; key < count; key++) {
            int choice = random.nextInt(4);
            if (choice == 0) {
                sent += send(command.cancel(key));
                due.remove(key);
                cancelled.put(key, 0L);
            } else if (choice == 1) {
                sent += arm(key, random);
            }
        }
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        while ((!due.isEmpty() || replies < sent) && System.nanoTime() < giveUpNs) {
            client.pollReplies(this::onReply, 64);
            signals.await(this::onSignal, 64, TimeUnit.MILLISECONDS.toNanos(1));
        }
        ChildArguments.say("DONE fire left=" + due.size() + " sent=" + sent + " replies=" + replies + " current="
                + current + " stale=" + stale + " lost=" + signals.lost() + " fault=" + fault);
    }

    private long arm(long key, SplittableRandom random) {
        long deadlineNs = System.nanoTime() + random.nextLong(LONGEST_DELAY_NS);
        // Until the command is sent, the old timer may fire.
        send(command.arm(key, SIGNAL_ID, deadlineNs));
        due.put(key, deadlineNs);
        return 1;
    }

    private long send(TimerCommand toSend) {
        while (client.send(toSend) == TimerClient.FULL) {
            client.pollReplies(this::onReply, 64);
            signals.poll(this::onSignal, 64);
        }
        return 1;
    }

    private void onReply(TimerReply reply) {
        replies++;
        if (reply.code() == ReplyCode.INVALID || reply.code() == ReplyCode.FULL) {
            fault = reply.toString();
        }
    }

    private void onSignal(SignalRecord firing) {
        if (firing.owner() != client.owner()) {
            return;
        }
        long nowNs = System.nanoTime();
        if (nowNs < firing.deadlineNs() || firing.publishedNs() < firing.deadlineNs()) {
            fault = "early " + firing;
        }
        if (!client.isCurrent(firing)) {
            stale++;
            return;
        }
        current++;
        Long deadlineNs = due.remove(firing.key());
        if (deadlineNs == null || deadlineNs != firing.deadlineNs()) {
            fault = "due=" + deadlineNs + " cancelled=" + cancelled.containsKey(firing.key()) + " fired " + firing;
        }
    }

    /** Arms, a third of it persistent, and cancels, for ever. */
    private void endless(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ChildArguments.say("BUSY");
        while (true) {
            long key = random.nextInt(KEYS);
            if (random.nextInt(3) == 0) {
                client.cancel(key);
            } else {
                command.arm(key, SIGNAL_ID, System.nanoTime() + TimeUnit.SECONDS.toNanos(1000))
                        .flags(random.nextInt(3) == 0 ? CommandLayout.FLAG_KEEP_ON_DEATH : 0)
                        .periodNs(random.nextBoolean() ? TimeUnit.SECONDS.toNanos(1) : 0);
                client.send(command);
            }
            client.pollReplies(reply -> { }, 64);
        }
    }
}
