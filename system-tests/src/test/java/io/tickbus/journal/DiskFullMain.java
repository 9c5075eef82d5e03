// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.subscriber.SignalSubscriber;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;

/** Fills the journal's file system, checks what is refused and what continues to work, and frees space again. */
final class DiskFullMain {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long FAR_NS = TimeUnit.HOURS.toNanos(1);
    private static final int MOST = 2_000_000;

    private final BusDirectory directory;
    private final Path journal;
    private final BitSet promised = new BitSet();
    private int nextKey = 1;

    private DiskFullMain(Path root, Path journal) {
        this.directory = BusDirectory.at(root, "bus");
        this.journal = journal;
    }

    /** Arguments: root of the bus, folder of the journal. */
    public static void main(String[] args) throws Exception {
        DiskFullMain test = new DiskFullMain(Path.of(args[0]), Path.of(args[1], "journal"));
        test.run(Durability.PROCESS);
        test.run(Durability.DISK);
        test.recover();
    }

    private TimerDaemon open() {
        return TimerDaemon.open(DaemonContext.of(directory).log(DaemonLog.toStream(System.out))
                .journal(JournalOptions.defaults(journal)));
    }

    private void run(Durability durability) throws Exception {
        try (TimerDaemon daemon = open().start(); SignalSubscriber subscriber = SignalSubscriber.attach(directory);
                TimerClient client = TimerClient.connect(directory,
                        TimerClientOptions.defaults().withName("full").withConnectTimeoutNs(TIMEOUT_NS))) {
            expect(arm(client, durability).code() == ReplyCode.ARMED, "there is space at first");
            int segments = segments();
            Path filler = fill();
            TimerReply refusal = armUntilRefused(client, durability);
            expect(refusal.code() == ReplyCode.FULL && refusal.reason() == ReplyReason.JOURNAL_UNAVAILABLE,
                    "refused clearly: " + refusal);
            System.out.println(durability + " promised=" + promised.cardinality() + " then " + refusal.code() + " "
                    + refusal.reason());
            long firings = daemon.counters().value(DaemonCounter.FIRINGS);
            expect(arm(client, Durability.NONE, TimeUnit.MILLISECONDS.toNanos(5)).code() == ReplyCode.ARMED,
                    "volatile timers continue");
            subscriber.await(signal -> { }, 1, TIMEOUT_NS);
            expect(subscriber.received() > 0, "volatile timers fire");
            expect(daemon.counters().value(DaemonCounter.FIRINGS) >= firings, "firings are counted");
            awaitFailures(daemon, 3);
            expect(segments() == segments, "retrying leaves no folders: " + segments());
            Files.delete(filler);
            long untilNs = System.nanoTime() + TIMEOUT_NS;
            TimerReply reply = arm(client, durability);
            while (reply.code() != ReplyCode.ARMED && System.nanoTime() < untilNs) {
                TimeUnit.MILLISECONDS.sleep(50);
                reply = arm(client, durability);
            }
            expect(reply.code() == ReplyCode.ARMED, "accepted again once there is space: " + reply);
        }
    }

    private int segments() {
        return new JournalFolder(journal).segments().size();
    }

    private static void awaitFailures(TimerDaemon daemon, int count) throws InterruptedException {
        long untilNs = System.nanoTime() + TIMEOUT_NS;
        long enough = daemon.counters().value(DaemonCounter.JOURNAL_FAILURES) + count;
        while (daemon.counters().value(DaemonCounter.JOURNAL_FAILURES) < enough) {
            expect(System.nanoTime() < untilNs, "writing is retried");
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private TimerReply armUntilRefused(TimerClient client, Durability durability) {
        TimerReply reply = arm(client, durability);
        for (int i = 0; reply.code() == ReplyCode.ARMED && i < MOST; i++) {
            reply = arm(client, durability);
        }
        return reply;
    }

    private TimerReply arm(TimerClient client, Durability durability) {
        return arm(client, durability, FAR_NS);
    }

    private TimerReply arm(TimerClient client, Durability durability, long delayNs) {
        int key = nextKey++;
        TimerCommand command =
                new TimerCommand().arm(key, 1, System.nanoTime() + delayNs).durability(durability);
        TimerReply reply = client.call(command, TIMEOUT_NS);
        if (reply.code() == ReplyCode.ARMED && durability != Durability.NONE) {
            promised.set(key);
        }
        return reply;
    }

    /** Leaves no space at all. */
    private Path fill() {
        Path filler = journal.resolveSibling("filler");
        try (FileChannel channel = FileChannel.open(filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer piece = ByteBuffer.allocate(1 << 12);
            while (channel.write(piece.clear()) > 0) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            // Full, as intended.
            System.out.println("filled: " + e.getMessage());
        }
        return filler;
    }

    private void recover() {
        try (TimerDaemon daemon = open()) {
            long recovered = daemon.counters().value(DaemonCounter.TIMERS_RECOVERED);
            System.out.println("promised=" + promised.cardinality() + " recovered=" + recovered);
            expect(recovered >= promised.cardinality(), "every promised timer is recovered");
        }
    }

    private static void expect(boolean isSo, String what) {
        if (!isSo) {
            throw new AssertionError("WRONG: " + what);
        }
    }
}
