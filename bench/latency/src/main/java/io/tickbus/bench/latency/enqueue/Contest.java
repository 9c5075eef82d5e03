package io.tickbus.bench.latency.enqueue;

import io.tickbus.bench.latency.run.BurstMeans;
import io.tickbus.bench.latency.run.Hiccups;
import io.tickbus.core.platform.HiccupMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Channels in turns, burst by burst, another one first in each round. Alone: one thread puts a burst in, which is
 * timed, and then takes it out again. Contended: another thread takes it out at the same time.
 *
 * <p><b>Threads:</b> {@link #run} in the one that puts in; it has the other take out.
 */
final class Contest {
    /** Two threads spin for no longer than this, about, and rest for as long again. */
    private static final long SPELL_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long METERED_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int LOOKS_PER_CLOCK_READ = 4096;

    private final List<Line> lines = new ArrayList<>();
    private final PinnedThread taker;
    private final int burst;
    private final Hiccups hiccups = new Hiccups();

    /** A channel and what its bursts took. */
    static final class Line {
        private final String name;
        private final Channel channel;
        private final boolean isContended;
        private final BurstMeans means;
        private long next;

        private Line(String name, Channel channel, boolean isContended, int rounds) {
            this.name = name;
            this.channel = channel;
            this.isContended = isContended;
            means = new BurstMeans(rounds);
        }

        String name() {
            return name;
        }

        BurstMeans means() {
            return means;
        }

        /** Messages that went through, every one checked: those of the warm-up too. */
        long messages() {
            return next;
        }
    }

    Contest(PinnedThread taker, int burst) {
        this.taker = taker;
        this.burst = burst;
    }

    /** A channel of its own for each line: the other thread's caches are to know nothing of one that is alone. */
    void enter(String name, Channel channel, boolean isContended, int rounds) {
        lines.add(new Line(name, channel, isContended, rounds));
    }

    List<Line> lines() {
        return lines;
    }

    Hiccups hiccups() {
        return hiccups;
    }

    /** Runs so many rounds that do not count, and then so many that do. */
    void run(int warmUps, int rounds) throws InterruptedException {
        long spellNs = System.nanoTime();
        for (int round = -warmUps; round < rounds; round++) {
            for (int i = 0; i < lines.size(); i++) {
                Line line = lines.get(Math.floorMod(round + i, lines.size()));
                double meanNs = line.isContended ? putContended(line) : putAlone(line);
                if (round >= 0) {
                    line.means.add(meanNs);
                }
            }
            if (System.nanoTime() - spellNs > SPELL_NS) {
                rest();
                spellNs = System.nanoTime();
            }
        }
        rest();
    }

    private double putAlone(Line line) {
        long beginNs = System.nanoTime();
        line.channel.put(line.next, burst);
        long endNs = System.nanoTime();
        takeAll(line.channel, line.next, burst);
        line.next += burst;
        return (endNs - beginNs) / (double) burst;
    }

    private double putContended(Line line) throws InterruptedException {
        AtomicBoolean isReady = new AtomicBoolean();
        long first = line.next;
        Future<Integer> taken = taker.submit(() -> {
            isReady.set(true);
            return takeAll(line.channel, first, burst);
        });
        while (!isReady.get()) {
            Thread.onSpinWait();
        }
        long beginNs = System.nanoTime();
        line.channel.put(first, burst);
        long endNs = System.nanoTime();
        line.next += PinnedThread.result(taken);
        return (endNs - beginNs) / (double) burst;
    }

    private static int takeAll(Channel channel, long first, int count) {
        long giveUpNs = System.nanoTime() + PATIENCE_NS;
        int taken = 0;
        int looks = 0;
        while (taken < count) {
            taken += channel.take(first + taken);
            if (++looks % LOOKS_PER_CLOCK_READ == 0 && System.nanoTime() > giveUpNs) {
                throw new IllegalStateException("messages are missing: taken=" + taken + " of " + count);
            }
        }
        return taken;
    }

    /** Both threads watch what the host takes away for a while, and sleep for the rest. */
    private void rest() throws InterruptedException {
        long untilNs = System.nanoTime() + METERED_NS;
        Future<HiccupMeter> others = taker.submit(() -> watch(untilNs));
        hiccups.add(watch(untilNs));
        hiccups.add(PinnedThread.result(others));
        TimeUnit.NANOSECONDS.sleep(SPELL_NS - METERED_NS);
    }

    private static HiccupMeter watch(long untilNs) {
        HiccupMeter meter = new HiccupMeter();
        meter.spinUntil(untilNs);
        return meter;
    }
}
