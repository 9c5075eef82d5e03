// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.subscriber.PublisherStatus;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberListener;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A subscriber that checks every signal against {@link Content}, and its sequence against the reported losses. It
 * prints what its listener is told, and obeys {@code until SEQUENCE} (prints {@code REACHED …} once it is there),
 * {@code report}, {@code waits} (how many signals came after the library's longest wait, 50 ms) and {@code quit}.
 *
 * <p>Arguments: {@code root}, {@code bus}, {@code owner}, {@code join} (a sequence, −1, −2), {@code waiting}: a
 * strategy's name, {@code poll} (a tight loop without a wait) or {@code bursts} (polls until empty, then naps).
 */
public final class SubscriberMain implements SubscriberListener, SignalHandler {
    private static final int LIMIT = 256;
    private static final long AWAIT_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Queue<String> commands = ChildArguments.commands();
    private final String waiting;
    private final SignalSubscriber subscriber;
    private long first;
    private long expected;
    private long received;
    private long lost;
    private long late;
    private long until = Long.MAX_VALUE;
    private boolean isToldToEnd;
    private String fault;

    private SubscriberMain(ChildArguments arguments) {
        waiting = arguments.text("waiting", "park");
        boolean isPolling = waiting.equals("poll") || waiting.equals("bursts");
        int join = arguments.number("join", -1);
        SubscriberOptions options = SubscriberOptions.defaults().withListener(this)
                .withWaitStrategy(isPolling ? WaitStrategy.spin() : WaitStrategy.named(waiting));
        subscriber = SignalSubscriber.attach(arguments.directory(),
                join < 0 ? options.joinAtOldest() : options.joinAt(join));
        first = subscriber.sequence();
        expected = first;
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> new SubscriberMain(new ChildArguments(arguments)).run());
    }

    private int run() {
        ChildArguments.say("ATTACHED first=" + first + " epoch=" + subscriber.file().header().epoch() + " woken="
                + subscriber.isWokenByPublisher());
        subscriber.run(() -> {
            isToldToEnd = !step();
            return !isToldToEnd && fault == null;
        });
        if (fault == null) {
            return 0;
        }
        ChildArguments.say("BROKEN " + fault);
        return ChildArguments.BROKEN;
    }

    private boolean step() {
        read();
        if (subscriber.sequence() >= until) {
            until = Long.MAX_VALUE;
            ChildArguments.say("REACHED " + report());
        }
        String command = commands.poll();
        return command == null || obey(command.split(" ", -1));
    }

    private void read() {
        switch (waiting) {
            case "poll" -> subscriber.poll(this, LIMIT);
            case "bursts" -> {
                if (subscriber.poll(this, Integer.MAX_VALUE) == 0) {
                    LockSupport.parkNanos(NAP_NS);
                }
            }
            default -> {
                long startNs = System.nanoTime();
                int count = subscriber.await(this, LIMIT, AWAIT_NS);
                late += count > 0 && System.nanoTime() - startNs >= LONGEST_WAIT_NS ? 1 : 0;
            }
        }
    }

    private boolean obey(String... words) {
        switch (words[0]) {
            case "until" -> until = Long.parseLong(words[1]);
            case "waits" -> ChildArguments.say("WAITS late=" + late);
            case "report" -> ChildArguments.say("REPORT " + report());
            default -> {
                ChildArguments.say("REPORT " + report());
                return false;
            }
        }
        return true;
    }

    private String report() {
        if (subscriber.received() != received || subscriber.lost() != lost || subscriber.sequence() != expected
                || received + lost != expected - first) {
            fault = "counters differ: expected=" + expected;
        }
        return "first=" + first + " next=" + subscriber.sequence() + " received=" + subscriber.received() + " lost="
                + subscriber.lost() + " overruns=" + subscriber.overruns();
    }

    @Override
    public void onSignal(SignalRecord signal) {
        received++;
        if (signal.sequence() != expected) {
            fault = "expected=" + expected + " got " + signal;
        } else if (!Content.isWhole(signal)) {
            fault = "torn or invented: " + signal;
        }
        expected = signal.sequence() + 1;
    }

    @Override
    public void onLoss(long firstSequence, long count) {
        if (firstSequence != expected || count < 0) {
            fault = "expected=" + expected + " lost firstSequence=" + firstSequence + " count=" + count;
        }
        lost += count;
        expected = firstSequence + count;
    }

    @Override
    public void onPublisherRestarted(long epoch) {
        ChildArguments.say("RESTARTED epoch=" + epoch);
    }

    @Override
    public void onNewHistory(long nextSequence) {
        ChildArguments.say("NEW-HISTORY next=" + nextSequence + " expected=" + expected);
        expected = nextSequence;
        first = nextSequence - received - lost;
    }

    @Override
    public void onPublisherStatus(PublisherStatus status) {
        ChildArguments.say("STATUS " + status);
    }
}
