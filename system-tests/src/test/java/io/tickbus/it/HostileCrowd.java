// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.client.TimerClient;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Attacks that run side by side, each on a thread of its own, until {@link #end}: 200 connections a second that die;
 * sockets that stay open and send nothing, half a message or garbage; clients that never drain their replies; rings
 * whose names alternate between a file, a FIFO and a directory while the daemon is told to open them; as many periodic
 * timers as the quota allows, and many of 1 µs that it does not. Errors of the attackers themselves are ignored.
 */
final class HostileCrowd {
    private static final long DEATH_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int STANDING = 60;
    private static final int UNDRAINED_ARMS = 100;
    private static final int SWAPPED = 20;
    private static final int TIMEOUT_MS = 20_000;

    private final BusDirectory directory;
    private final Path scratch;
    private final ClientIdentity identity;
    private final List<Thread> threads = new ArrayList<>();
    private final long startNs = System.nanoTime();
    private final AtomicLong died = new AtomicLong();
    private final AtomicLong stayed = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicLong swapped = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean isOver;

    private interface Attack {
        void run() throws Exception;
    }

    private HostileCrowd(BusDirectory directory, Path scratch) {
        this.directory = directory;
        this.scratch = scratch;
        SignalsHeader bus = SignalsFile.attach(directory).header();
        identity = new ClientIdentity(UUID.randomUUID(), bus.historyId(), bus.epoch(), 1, "", 0);
    }

    /** Starts the attacks; {@code scratch} is a directory on the file system of the bus. */
    static HostileCrowd start(BusDirectory directory, Path scratch) {
        HostileCrowd crowd = new HostileCrowd(directory, scratch);
        crowd.start("dying", crowd::connectAndDie);
        crowd.start("standing", crowd::connectAndStay);
        crowd.start("undrained", crowd::neverDrain);
        crowd.start("swapping", crowd::swapRings);
        crowd.start("frequent", crowd::armWhatQuotaAllows);
        return crowd;
    }

    private void start(String name, Attack attack) {
        Thread thread = new Thread(() -> {
            while (!isOver) {
                try {
                    attack.run();
                } catch (Exception | InternalError e) {
                    // Another attack destroyed its socket or its ring: try again.
                    LockSupport.parkNanos(DEATH_NS);
                }
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    /** What a socket sends before it dies or stays: nothing, half a message, garbage, or all that a client sends. */
    private void say(SocketChannel socket, long which, SplittableRandom random) throws IOException {
        if (which % 4 == 1) {
            socket.write(ControlMessage.hello(identity).limit(1 + random.nextInt(127)));
        } else if (which % 4 == 2) {
            byte[] garbage = new byte[1 + random.nextInt(4096)];
            random.nextBytes(garbage);
            socket.write(ByteBuffer.wrap(garbage));
        } else if (which % 4 == 3) {
            socket.write(ControlMessage.hello(new ClientIdentity(UUID.randomUUID(), identity.historyId(),
                    identity.epoch(), 1, "", random.nextInt(2) * HostilePeer.SLOTS)));
        }
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(directory.control()));
    }

    private void connectAndDie() throws IOException {
        SplittableRandom random = new SplittableRandom(2);
        while (!isOver) {
            // Paced by the clock, so that a late turn does not lower the rate.
            long dueNs = startNs + died.get() * DEATH_NS;
            LockSupport.parkNanos(dueNs - System.nanoTime());
            if (System.nanoTime() - dueNs >= 0) {
                try (SocketChannel socket = connect()) {
                    say(socket, died.get(), random);
                }
                died.incrementAndGet();
            }
        }
    }

    private void connectAndStay() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        Deque<SocketChannel> standing = new ArrayDeque<>();
        try {
            while (!isOver) {
                SocketChannel socket = connect();
                standing.add(socket);
                // Never a whole message: its sender would be served, and use up the sessions that others need.
                say(socket, stayed.getAndIncrement() % 3, random);
                if (standing.size() > STANDING) {
                    standing.remove().close();
                }
                LockSupport.parkNanos(4 * DEATH_NS);
            }
        } finally {
            for (SocketChannel socket : standing) {
                socket.close();
            }
        }
    }

    /** Sends as long as the ring has space, and never reads a reply. */
    private void neverDrain() {
        try (TimerClient client = TimerClient.connect(directory)) {
            TimerCommand command = new TimerCommand();
            while (!isOver) {
                for (int i = 0; i < UNDRAINED_ARMS; i++) {
                    client.send(command.arm(i, 3, System.nanoTime() + TimeUnit.DAYS.toNanos(1)));
                }
                unanswered.accumulateAndGet(client.unanswered(), Math::max);
                LockSupport.parkNanos(DEATH_NS);
            }
        }
    }

    private void armWhatQuotaAllows() {
        try (TimerClient client = TimerClient.connect(directory)) {
            TimerCommand command = new TimerCommand();
            for (int key = 0; !isOver; key++) {
                boolean isAllowed = key < 2;
                client.send(command.arm(key, 3, System.nanoTime())
                        .periodNs(isAllowed ? TimeUnit.MILLISECONDS.toNanos(1) : TimeUnit.MICROSECONDS.toNanos(1)));
                client.pollReplies(reply -> refused.addAndGet(reply.reason() == ReplyReason.RATE_QUOTA ? 1 : 0), 64);
                if (key % 100 == 0) {
                    LockSupport.parkNanos(DEATH_NS);
                }
            }
        }
    }

    /** Announces a ring that is a file when the daemon checks it, and may be a FIFO or a directory when it opens it. */
    private void swapRings() throws Exception {
        Path fifo = scratch.resolve("fifo");
        if (!Files.exists(fifo)) {
            new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor();
        }
        HostilePeer[] peers = new HostilePeer[SWAPPED];
        try {
            for (int i = 0; i < peers.length && !isOver; i++) {
                HostilePeer peer = new HostilePeer(directory, HostilePeer.SLOTS);
                peers[i] = peer;
                peer.makeRing();
                Path ring = directory.clients().resolve(peer.identity.uuid().toString());
                Path regular = scratch.resolve("regular");
                Files.deleteIfExists(regular);
                Files.createLink(regular, ring);
                peer.socket.configureBlocking(false);
                peer.socket.write(ControlMessage.hello(peer.identity));
                for (int j = 0; j < SWAPPED; j++) {
                    putInPlace(fifo, ring);
                    putInPlace(regular, ring);
                }
                Files.deleteIfExists(ring);
                Files.createDirectory(ring);
                Files.deleteIfExists(ring);
                swapped.incrementAndGet();
            }
        } finally {
            for (HostilePeer peer : peers) {
                if (peer != null) {
                    peer.close();
                    Files.deleteIfExists(directory.clients().resolve(peer.identity.uuid().toString()));
                }
            }
        }
    }

    private void putInPlace(Path file, Path name) throws IOException {
        Path link = scratch.resolve("link");
        Files.createLink(link, file);
        Files.move(link, name, StandardCopyOption.ATOMIC_MOVE);
        // If both names are one file already, a rename does nothing.
        Files.deleteIfExists(link);
    }

    /** The counts of what was done, for the line that is printed at the end. */
    String done() {
        double seconds = (System.nanoTime() - startNs) / (double) TimeUnit.SECONDS.toNanos(1);
        return String.format(Locale.ROOT, "dying=%.0f/s staying=%d unanswered=%d swapped=%d refused=%d",
                died.get() / seconds, stayed.get(), unanswered.get(), swapped.get(), refused.get());
    }

    /** Whether each kind of attack has happened at least once. */
    boolean hasAttacked() {
        return Stream.of(died, stayed, unanswered, swapped, refused).allMatch(count -> count.get() > 0);
    }

    void end() throws InterruptedException {
        isOver = true;
        for (Thread thread : threads) {
            thread.join(TIMEOUT_MS);
            if (thread.isAlive()) {
                throw new IllegalStateException("the attack '" + thread.getName() + "' does not end: " + done());
            }
        }
    }
}
