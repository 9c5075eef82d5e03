package io.tickbus.examples;

import io.tickbus.client.TimerClient;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.SignalSubscriber;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A timer of one's own at the daemon, every 10 ms. The README quotes what stands between the markers. */
public final class TimerClientExample {
    private TimerClientExample() {
    }

    public static void main(String[] arguments) {
        run(BusDirectory.defaultRoot());
    }

    static void run(Path root) {
        // README: begin
        BusDirectory bus = BusDirectory.at(root, "app");
        try (SignalSubscriber signals = SignalSubscriber.attach(bus); TimerClient timers = TimerClient.connect(bus)) {
            timers.armAfter(1, 42, 5_000_000); // key 1, signal id 42, once in 5 ms
            timers.cancel(1); // no need to wait: a firing that raced it is told apart
            TimerCommand every10Ms = new TimerCommand().arm(2, 42, System.nanoTime()).periodNs(10_000_000);
            long ticks = timers.send(every10Ms); // key 2; its firings carry this number
            if (ticks == TimerClient.FULL) { // 1,024 commands wait for the daemon already, and this one was not sent
                throw new IllegalStateException("the daemon does not keep up");
            }
            while (signals.received() < 20) {
                signals.await(signal -> {
                    if (timers.isMine(signal) && signal.isOf(ticks)) { // not of key 1, nor of another arming of key 2
                        System.out.println("key " + signal.key() + " tick " + signal.occurrence());
                    }
                }, 64, TimeUnit.MILLISECONDS.toNanos(100));
            }
            timers.pollReplies(reply -> System.out.println(reply.code() + " key " + reply.key()), 64);
        }
        // README: end
    }
}
