package io.tickbus.bench.latency.oneway;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.run.Hiccups;
import io.tickbus.bench.latency.run.ParentWatch;
import io.tickbus.bench.latency.run.Pinning;
import io.tickbus.bench.latency.transport.Burst;
import io.tickbus.bench.latency.transport.Reception;
import io.tickbus.bench.latency.transport.Transport;
import io.tickbus.core.platform.HiccupMeter;
import io.tickbus.core.platform.Platforms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.HistogramLogWriter;

/** The receiving process. Arguments: a processor or −1, then the plan. Prints its figures as one line of JSON. */
public final class OneWayReceiver {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long HICCUP_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final OneWayPlan plan;
    private final List<Transport> transports = new ArrayList<>();
    private final List<LegFigures> figures = new ArrayList<>();
    private final BurstControl control;
    private final Reception reception;
    private final HiccupTimeline hiccups = new HiccupTimeline();
    private long bursts;

    private OneWayReceiver(OneWayPlan plan) throws Exception {
        this.plan = plan;
        this.control = BurstControl.open(plan.directory());
        this.reception = new Reception(plan.largestBurst());
        for (Leg leg : plan.legs()) {
            transports.add(SharedEnds.make(plan, transports, leg));
            figures.add(new LegFigures());
        }
        for (Transport transport : SharedEnds.distinct(transports)) {
            transport.openReceiver(plan.directory());
        }
    }

    /** Runs the whole plan. */
    public static void main(String[] arguments) throws Exception {
        ParentWatch.start();
        int[] cpus = Pinning.pin(Integer.parseInt(arguments[0]));
        OneWayReceiver receiver = new OneWayReceiver(OneWayPlan.parse(Arrays.asList(arguments).subList(1,
                arguments.length)));
        System.out.println(BenchRun.READY + Arrays.toString(cpus));
        receiver.run();
        if (receiver.plan.counted() > 0) {
            System.out.println(OneWayRun.COUNTING);
            BenchRun.awaitWord();
            receiver.countSystemCalls();
        }
        SharedEnds.distinct(receiver.transports).forEach(Transport::close);
        receiver.writeLog();
        System.out.println(BenchRun.RESULT + JSON.std.asString(receiver.result()));
        System.out.flush();
        // Aeron and Chronicle have threads of their own, which need not be waited for.
        Runtime.getRuntime().halt(0);
    }

    private void run() {
        for (int round = -plan.warmUps(); round < plan.rounds(); round++) {
            System.out.println(OneWayRun.ROUND + round);
            for (int i = 0; i < plan.legs().size(); i++) {
                int index = plan.legAt(round, i);
                if (plan.legs().get(index).isIn(round)) {
                    receive(index, round);
                }
            }
            if (round >= 0) {
                hiccups.look(HICCUP_NS);
            }
        }
    }

    private void receive(int index, int round) {
        Leg leg = plan.legs().get(index);
        bursts++;
        control.awaitCall(bursts);
        long startNs = System.nanoTime() + plan.leadNs(leg, round);
        Burst burst = new Burst(plan.first(bursts), leg.count(), startNs, leg.gapNs(),
                startNs + leg.burstNs() + plan.stallNs() + PATIENCE_NS);
        reception.begin(burst);
        long cpuBeforeNs = Platforms.current().processCpuNs();
        long beforeNs = System.nanoTime();
        control.ready(bursts);
        if (plan.isStalled(leg, round)) {
            // The sender's lead begins now, and is long enough for the stop to come before its end.
            System.out.println(OneWayRun.STALL);
        }
        transports.get(index).receive(burst, reception);
        if (round >= 0) {
            LegFigures found = figures.get(index);
            found.used(Platforms.current().processCpuNs() - cpuBeforeNs, System.nanoTime() - beforeNs);
            found.record(reception);
        }
        control.done(bursts);
    }

    private void countSystemCalls() {
        for (int i = 0; i < plan.legs().size(); i++) {
            Leg leg = plan.legs().get(i);
            long gapNs = SystemCallMarks.gapNs(leg);
            bursts++;
            control.awaitCall(bursts);
            long startNs = System.nanoTime() + leg.leadNs();
            Burst burst = new Burst(plan.first(bursts), plan.counted(), startNs, gapNs,
                    startNs + plan.counted() * gapNs + PATIENCE_NS);
            reception.begin(burst);
            control.ready(bursts);
            SystemCallMarks.begin(i);
            transports.get(i).receive(burst, reception);
            SystemCallMarks.end(i);
            control.done(bursts);
        }
    }

    /** All histograms as they are, for who wants to look at them in his own way. */
    private void writeLog() throws IOException {
        HistogramLogWriter writer =
                new HistogramLogWriter(plan.directory().resolve(OneWayRun.HISTOGRAMS).toFile());
        writer.outputLogFormatVersion();
        for (int i = 0; i < figures.size(); i++) {
            Leg leg = plan.legs().get(i);
            figures.get(i).histogram().setTag(leg.transport().label() + "-" + leg.gapNs() + "ns");
            writer.outputIntervalHistogram(figures.get(i).histogram());
        }
        writer.close();
    }

    private Map<String, Object> result() {
        List<Map<String, Object>> legs = new ArrayList<>();
        for (int i = 0; i < figures.size(); i++) {
            Map<String, Object> leg = new LinkedHashMap<>();
            leg.put("name", plan.legs().get(i).transport().label());
            leg.put("gapNs", plan.legs().get(i).gapNs());
            leg.put("settings", transports.get(i).settings());
            leg.putAll(figures.get(i).toMap());
            legs.add(leg);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("legs", legs);
        map.put("hiccup", hiccups.toMap());
        return map;
    }

    /** Hiccups by time. */
    private static final class HiccupTimeline {
        private final List<List<Number>> timeline = new ArrayList<>();
        private final Hiccups sum = new Hiccups();
        private long startNs;

        void look(long durationNs) {
            long nowNs = System.nanoTime();
            startNs = startNs == 0 ? nowNs : startNs;
            HiccupMeter meter = new HiccupMeter();
            meter.spinUntil(nowNs + durationNs);
            sum.add(meter);
            timeline.add(List.of(TimeUnit.NANOSECONDS.toMillis(nowNs - startNs), meter.maxNs()));
        }

        Map<String, Object> toMap() {
            Map<String, Object> map = sum.toMap();
            map.put("timeline", timeline);
            return map;
        }
    }
}
