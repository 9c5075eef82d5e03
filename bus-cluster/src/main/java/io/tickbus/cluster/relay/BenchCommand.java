// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * {@code tickbus relay bench}: a bus relayed to another over loopback, the two ends in processes of their own; and
 * Aeron's ping over the same media, set up alike.
 */
public final class BenchCommand implements Command {
    private static final int SLOTS = 1 << 20;
    private static final int PING_STREAM = 1;
    private static final int PONG_STREAM = 2;
    private static final int PING_BYTES = 64;
    private static final long START_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long BURST_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Option<Integer> rate;
    private final Option<Long> duration;
    private final Option<Long> gap;
    private final Option<Integer> mtu;
    private final Option<Boolean> spin;
    private final Option<String> echo;
    private final OutputOptions output;
    private final List<Process> children = new ArrayList<>();

    /** Says what it takes. */
    public BenchCommand(CommandSpec command) {
        rate = command.option("--rate", "N", IntegerText::toInt, "Signals a second where throughput is measured.")
                .standard("1000000");
        duration = command.duration("--for", "How long each part takes.").standard("5s");
        gap = command.duration("--gap", "From one signal to the next where delay is measured.").standard("1ms");
        mtu = command.option("--mtu", "BYTES", IntegerText::toInt, "The longest datagram.").standard("1408");
        spin = command.flag("--spin", "Threads never sleep; takes six processors.");
        echo = command.option("--echo", "PORTS", text -> text, "Started by this command.").hidden();
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus relay bench
                  tickbus relay bench --rate 2000000 --mtu 8192 --json""");
    }

    @Override
    public int run() throws IOException {
        if (echo.isGiven()) {
            echo(echo.get().split(",", -1));
            return Tickbus.DONE;
        }
        Path folder = Files.createTempDirectory(Path.of("/dev/shm"), "tickbus-relay-bench");
        try {
            ShutdownHook.during(this::closeChildren, () -> {
                ping();
                relay(folder);
            });
        } finally {
            closeChildren();
            IoUtil.delete(folder.toFile(), true);
        }
        return Tickbus.DONE;
    }

    private void closeChildren() {
        children.forEach(Process::destroy);
        children.forEach(child -> {
            try {
                if (!child.waitFor(5, TimeUnit.SECONDS)) {
                    child.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        children.clear();
    }

    private void child(String... words) {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), "io.tickbus.cluster.ClusterMain", "relay"));
        line.addAll(List.of(words));
        if (spin.isGiven()) {
            line.add("--spin");
        }
        try {
            children.add(new ProcessBuilder(line).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (DatagramSocket socket = new DatagramSocket()) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String channel(int port) {
        return RelayChannels.publication(List.of("127.0.0.1:" + port), null, null, mtu.get());
    }

    private void echo(String... ports) {
        try (RelayAeron media = RelayAeron.open(null, spin.isGiven(), error -> { })) {
            Aeron aeron = media.aeron();
            ExclusivePublication back = aeron.addExclusivePublication(channel(Integer.parseInt(ports[1])), PONG_STREAM);
            Subscription there = aeron.addSubscription(
                    RelayChannels.subscription("127.0.0.1:" + ports[0], null, null), PING_STREAM);
            IdleStrategy idle = RelayAeron.idle(spin.isGiven());
            while (ProcessHandle.current().parent().isPresent()) {
                idle.idle(there.poll((buffer, offset, length, header) -> {
                    while (back.offer(buffer, offset, length) == ExclusivePublication.ADMIN_ACTION) {
                        Thread.onSpinWait();
                    }
                }, 1));
            }
        }
    }

    /** There and back, between two processes with a driver each. */
    private void ping() {
        int there = freePort();
        int back = freePort();
        child("bench", "--mtu", Integer.toString(mtu.get()), "--echo", there + "," + back);
        Histogram ways = new Histogram(3);
        try (RelayAeron media = RelayAeron.open(null, spin.isGiven(), error -> { })) {
            ExclusivePublication to = media.aeron().addExclusivePublication(channel(there), PING_STREAM);
            Subscription from = media.aeron().addSubscription(
                    RelayChannels.subscription("127.0.0.1:" + back, null, null), PONG_STREAM);
            UnsafeBuffer message = new UnsafeBuffer(new byte[PING_BYTES]);
            IdleStrategy idle = RelayAeron.idle(spin.isGiven());
            long startNs = System.nanoTime();
            while (!to.isConnected() || !from.isConnected()) {
                check(startNs, "Aeron's ping does not connect");
                idle.idle();
            }
            long endNs = System.nanoTime() + 2 * duration.get();
            long countedNs = endNs - duration.get();
            for (long dueNs = System.nanoTime(); dueNs < endNs; dueNs += gap.get()) {
                awaitDue(dueNs);
                message.putLong(0, System.nanoTime());
                while (to.offer(message, 0, PING_BYTES) < 0) {
                    idle.idle();
                }
                idle.reset();
                boolean isCounted = dueNs > countedNs;
                while (from.poll((buffer, offset, length, header) -> {
                    if (isCounted) {
                        ways.recordValue((System.nanoTime() - buffer.getLong(offset)) / 2);
                    }
                }, 1) == 0) {
                    idle.idle(0);
                }
            }
        }
        closeChildren();
        print("Aeron's ping, half of there and back", delays(new Report().with("type", "ping", null), ways));
    }

    private static void check(long startNs, String what) {
        if (System.nanoTime() - startNs > START_TIMEOUT_NS) {
            throw new BusException(BusException.Reason.TIMEOUT, "the benchmark", what, "check that loopback UDP works");
        }
    }

    private static void awaitDue(long dueNs) {
        for (long restNs = dueNs - System.nanoTime(); restNs > 0; restNs = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(restNs);
        }
    }

    private void relay(Path folder) {
        String place = "127.0.0.1:" + freePort();
        BusDirectory source = BusDirectory.at(folder, "from");
        BusDirectory target = BusDirectory.at(folder, "to");
        try (SignalPublisher publisher = SignalPublisher.open(source, SignalsOptions.defaults().withSlotCount(SLOTS))) {
            child("send", "--bus", "from", "--dir", folder.toString(), "--to", place, "--mtu",
                    Integer.toString(mtu.get()));
            child("receive", "--bus", "to", "--dir", folder.toString(), "--at", place, "--slots",
                    Integer.toString(SLOTS), "--oldest");
            publisher.publish(0);
            SignalSubscriber subscriber = attach(target);
            run(publisher, subscriber, 1, gap.get(), true);
            run(publisher, subscriber, 1, gap.get(), false);
            int burst = (int) Math.max(1, rate.get() * BURST_NS / TimeUnit.SECONDS.toNanos(1));
            run(publisher, subscriber, burst, BURST_NS, true);
            run(publisher, subscriber, burst, BURST_NS, false);
            CloseHelper.close(subscriber);
        }
        closeChildren();
    }

    private static SignalSubscriber attach(BusDirectory target) {
        long startNs = System.nanoTime();
        while (true) {
            try {
                return SignalSubscriber.attach(target, SubscriberOptions.defaults().joinAtOldest()
                        .withWaitStrategy(WaitStrategy.park()));
            } catch (BusException e) {
                check(startNs, "the receiving end has published nothing: " + e.getMessage());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }

    /** Publishes in bursts from a thread of its own, and reads what arrives. */
    private void run(SignalPublisher publisher, SignalSubscriber subscriber, int burst, long everyNs,
            boolean isWarmUp) {
        long first = publisher.nextSequence();
        long lostBefore = subscriber.lost();
        long startNs = System.nanoTime();
        Thread publishing = new Thread(() -> {
            for (long dueNs = startNs; dueNs - startNs < duration.get(); dueNs += everyNs) {
                awaitDue(dueNs);
                for (int i = 0; i < burst; i++) {
                    publisher.publish(1);
                }
            }
        }, "publishing");
        publishing.start();
        Histogram delays = new Histogram(3);
        long[] received = {0, startNs};
        while (publishing.isAlive() || (subscriber.sequence() < publisher.nextSequence()
                && System.nanoTime() - received[1] < QUIET_NS)) {
            subscriber.await(signal -> {
                received[0]++;
                received[1] = System.nanoTime();
                delays.recordValue(Math.max(0, received[1] - signal.publishedNs()));
            }, 1024, TimeUnit.MILLISECONDS.toNanos(10));
        }
        long published = publisher.nextSequence() - first;
        double seconds = Math.max(1, received[1] - startNs) / (double) TimeUnit.SECONDS.toNanos(1);
        if (!isWarmUp) {
            Report report = new Report().with("type", burst == 1 ? "delay" : "throughput", null)
                    .with("published", published).with("received", received[0])
                    .with("lost", subscriber.lost() - lostBefore).with("perSecond", Math.round(received[0] / seconds));
            print(burst == 1 ? "a relayed signal, from publish to poll" : "the same at full rate",
                    delays(report, delays));
        }
    }

    private static Report delays(Report report, Histogram delays) {
        return report.with("count", delays.getTotalCount()).with("p50Ns", delays.getValueAtPercentile(50))
                .with("p99Ns", delays.getValueAtPercentile(99)).with("p999Ns", delays.getValueAtPercentile(99.9))
                .with("maxNs", delays.getMaxValue());
    }

    private void print(String title, Report report) {
        StringBuilder text = new StringBuilder(title).append(':');
        report.forEach((name, value) -> text.append(name.equals("type") ? "" : " " + name + "=" + value));
        output.printLine(report, text.toString());
    }
}
