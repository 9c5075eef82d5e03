// SPDX-License-Identifier: Apache-2.0
package io.tickbus.examples;

import io.tickbus.client.TimerClient;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Checks the health of URLs: one periodic timer each at the bus's daemon, whose ticks drive the probes.
 *
 * <pre>
 *   ./tickbus daemon &amp;
 *   ./tickbus example url-health-checker http://localhost:8080/health …
 * </pre>
 *
 * <p>Prints a line for each tick: time, URL, number of the tick, status, how long the probe took, and how many ticks
 * were missed before it or folded into it. Properties: {@code bus}, {@code period}, {@code timeout};
 * TICKBUS_JAVA_OPTS=-Dperiod=PT1S
 * sets one. The variable TICKBUS_DIR names another root of buses.
 */
public final class UrlHealthChecker {
    private static final int SIGNAL_ID = 8080;
    private static final long ANSWER_NS = 2_000_000_000;
    private static final long LOOK_NS = 100_000_000;

    /** A URL; its place in the list is the key of its timer. */
    private static final class Target {
        final HttpRequest request;
        CompletableFuture<Void> probe = CompletableFuture.completedFuture(null);
        int nextTick;
        /** Of the latest arming. */
        long number;

        Target(String url, Duration timeout) {
            request = HttpRequest.newBuilder(URI.create(url)).timeout(timeout).build();
        }
    }

    private final BusDirectory bus = BusDirectory.of(System.getProperty("bus", "default"));
    private final long periodNs = Duration.parse(System.getProperty("period", "PT5S")).toNanos();
    private final Duration timeout = Duration.parse(System.getProperty("timeout", "PT10S"));
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(timeout).build();
    private final List<Target> targets;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean isStopped;
    private int nextToArm;

    private UrlHealthChecker(String... urls) {
        targets = Stream.of(urls).map(url -> new Target(url, timeout)).toList();
    }

    public static void main(String... urls) {
        UrlHealthChecker checker = new UrlHealthChecker(urls);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> { // Ctrl-C, SIGTERM
            checker.isStopped = true;
            checker.ended.join();
        }));
        checker.run();
    }

    private void run() {
        // A probe takes milliseconds: CPU matters more than the microseconds of the other ways to wait.
        SubscriberOptions options =
                SubscriberOptions.defaults().withSignalIds(SIGNAL_ID).withWaitStrategy(WaitStrategy.park());
        try (SignalSubscriber signals = SignalSubscriber.attach(bus, options);
                TimerClient timers = TimerClient.connect(bus)) {
            serve(signals, timers);
        } finally { // the client is closed, and with it its timers are cancelled
            targets.forEach(target -> target.probe.join());
            System.out.println("stopped");
            ended.complete(null);
        }
    }

    private void serve(SignalSubscriber signals, TimerClient timers) {
        while (!isStopped) {
            arm(timers);
            signals.await(signal -> {
                if (timers.isMine(signal)) {
                    tick(signal, targets.get((int) signal.key()));
                }
            }, 64, LOOK_NS);
            stayConnected(timers);
        }
    }

    /** Arms the timers that are not armed yet. */
    private void arm(TimerClient timers) {
        for (int key = nextToArm; key < targets.size(); key++) {
            targets.get(key).nextTick = 0;
            // Phase jitter, so that not all URLs are probed at the same moment.
            long firstNs = System.nanoTime() + ThreadLocalRandom.current().nextLong(periodNs);
            TimerCommand command = new TimerCommand().arm(key, SIGNAL_ID, firstNs).periodNs(periodNs)
                    .graceUs(TimeUnit.NANOSECONDS.toMicros(periodNs) / 2);
            TimerReply reply = timers.call(command, ANSWER_NS);
            if (reply.code() != ReplyCode.ARMED) {
                throw new IllegalStateException(reply.reason().sentence());
            }
            targets.get(key).number = reply.commandSequence();
            nextToArm = key + 1;
        }
    }

    /** A daemon that was restarted knows nothing of our timers. */
    private void stayConnected(TimerClient timers) {
        try {
            timers.pollReplies(reply -> { }, 64);
        } catch (BusException e) {
            System.out.println(e.getMessage());
            timers.reconnect(); // throws where no daemon comes within two seconds
            nextToArm = 0;
        }
    }

    private void tick(SignalRecord signal, Target target) {
        int tick = signal.occurrence();
        int overlooked = tick - target.nextTick;
        if (!signal.isOf(target.number) || overlooked < 0) {
            return; // of an earlier arming, or it had its probe already
        }
        target.nextTick = tick + signal.missed() + 1;
        int missed = overlooked + signal.missed();
        if (!target.probe.isDone()) {
            print(target, tick, "skipped, the probe before still runs", missed);
            return;
        }
        long startNs = System.nanoTime();
        target.probe = http.sendAsync(target.request, BodyHandlers.discarding()).handle((response, error) -> {
            Throwable cause = error == null || error.getCause() == null ? error : error.getCause();
            // An error's name is its status: ConnectException, HttpTimeoutException …
            Object status = error == null ? response.statusCode() : cause.getClass().getSimpleName();
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            print(target, tick, status + " " + tookMs + " ms", missed);
            return null;
        });
    }

    private static void print(Target target, int tick, String outcome, int missed) {
        LocalTime now = LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS);
        System.out.println(now + " " + target.request.uri() + " tick " + tick + ": " + outcome + ", missed " + missed);
    }
}
