// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberListener;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** {@code timers}: arms, re-arms and cancels at a daemon, and counts its firings. */
final class TimersCommand implements SubscriberListener {
    private static final int LIMIT = 256;
    private static final int LONGEST_MS = 50;
    private static final int SHORTEST_MS = 5;
    private static final int REARM_MS = 10;
    private static final long AWAIT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Arguments arguments;
    private final TimerClient client;
    private final SignalSubscriber subscriber;
    private final long[] numbers;
    private long commands;
    private long replies;
    private long rearmed;
    private long cancelled;
    private long fired;
    private long stale;
    private long early;
    private long lost;
    private long refused;

    TimersCommand(Arguments arguments) {
        this.arguments = arguments;
        numbers = new long[(int) arguments.number("--count", 0)];
        client = TimerClient.connect(arguments.bus(),
                TimerClientOptions.defaults().withConnectTimeoutNs(arguments.timeoutNs()));
        subscriber = SignalSubscriber.attach(arguments.bus(), SubscriberOptions.defaults().withListener(this));
    }

    Map<String, Object> run() {
        JavaProgram.ready();
        for (int key = 0; key < numbers.length; key++) {
            int id = key;
            long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SHORTEST_MS + key % LONGEST_MS);
            numbers[key] = send(() -> client.arm(id, id, deadlineNs));
            if (key % 10 == 3) {
                long laterNs = deadlineNs + TimeUnit.MILLISECONDS.toNanos(REARM_MS);
                numbers[key] = send(() -> client.arm(id, id, laterNs));
                rearmed++;
            } else if (key % 10 == 7) {
                // Where this comes too late, the firing is still one of the arming.
                send(() -> client.cancel(id));
            }
            read(0);
        }
        long untilNs = System.nanoTime() + arguments.timeoutNs();
        while ((replies < commands || fired < numbers.length - cancelled) && System.nanoTime() < untilNs) {
            read(AWAIT_NS);
        }
        client.close();
        return result();
    }

    private long send(LongSupplier command) {
        long number = command.getAsLong();
        while (number == TimerClient.FULL) {
            read(0);
            number = command.getAsLong();
        }
        commands++;
        return number;
    }

    private void read(long timeoutNs) {
        client.pollReplies(this::onReply, LIMIT);
        if (timeoutNs == 0) {
            subscriber.poll(this::onSignal, LIMIT);
        } else {
            subscriber.await(this::onSignal, LIMIT, timeoutNs);
        }
    }

    private void onReply(TimerReply reply) {
        replies++;
        cancelled += reply.code() == ReplyCode.CANCELLED ? 1 : 0;
        refused += reply.code() == ReplyCode.FULL || reply.code() == ReplyCode.INVALID ? 1 : 0;
    }

    private void onSignal(SignalRecord signal) {
        if (client.isMine(signal) && signal.key() >= 0 && signal.key() < numbers.length) {
            boolean isCurrent = signal.isOf(numbers[(int) signal.key()]);
            fired += isCurrent ? 1 : 0;
            stale += isCurrent ? 0 : 1;
            early += signal.publishedNs() < signal.deadlineNs() ? 1 : 0;
        }
    }

    @Override
    public void onLoss(long firstSequence, long count) {
        lost += count;
    }

    private Map<String, Object> result() {
        Map<String, Object> result = JavaProgram.result("timers");
        result.put("armed", numbers.length);
        result.put("rearmed", rearmed);
        result.put("cancelled", cancelled);
        result.put("fired", fired);
        result.put("stale", stale);
        result.put("early", early);
        result.put("lost", lost);
        result.put("refused", refused);
        result.put("errors", 0);
        return result;
    }
}
