// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.harness.Hiccups;
import io.tickbus.bench.latency.transport.Burst;
import io.tickbus.bench.latency.transport.Reception;
import io.tickbus.bench.latency.transport.Transport;
import io.tickbus.bench.latency.transport.TransportStats;
import io.tickbus.cli.host.HiccupMeter;
import io.tickbus.core.internal.platform.Platforms;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.HistogramLogWriter;

/** The receiving process. */
final class ReceiverRole extends PairRole {
    /** In the run's directory: all histograms, for other tools. */
    static final String HISTOGRAMS = "latency.hlog";
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long HICCUP_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final List<TransportStats> stats = new ArrayList<>();
    private final Reception reception;
    private final Hiccups hiccups = new Hiccups();
    private final List<List<Number>> timeline = new ArrayList<>();
    private final List<Long> mediansNs = new ArrayList<>();
    private final long startNs = System.nanoTime();

    ReceiverRole(Map<String, Object> settings) throws Exception {
        super(OneWayPlan.of(settings));
        reception = new Reception(plan().largestBurst());
        for (int i = 0; i < plan().modes() * plan().legs().size(); i++) {
            stats.add(new TransportStats());
        }
        for (Transport transport : ends().values()) {
            transport.openReceiver(plan().directory());
        }
    }

    @Override
    void burst(long number, int index, Round round) {
        Leg leg = plan().legs().get(index);
        control().awaitCall(number);
        long burstStartNs = System.nanoTime() + plan().leadNs(leg, round.number());
        Burst burst = new Burst(plan().first(number), leg.count(), burstStartNs, leg.gapNs(),
                burstStartNs + leg.burstNs() + plan().stallNs() + TIMEOUT_NS);
        reception.begin(burst);
        long cpuBeforeNs = Platforms.current().processCpuNs();
        long beforeNs = System.nanoTime();
        control().ready(number);
        ends().get(leg.transport()).receive(burst, reception);
        if (round.counts()) {
            TransportStats figures = stats.get(plan().row(index, round.mode()));
            figures.used(Platforms.current().processCpuNs() - cpuBeforeNs, System.nanoTime() - beforeNs);
            figures.record(reception);
        }
        mediansNs.add(reception.medianNs());
        control().done(number);
    }

    @Override
    void countedBurst(long number, int index) {
        Leg leg = plan().legs().get(index);
        long gapNs = SystemCallMarks.gapNs(leg);
        control().awaitCall(number);
        long burstStartNs = System.nanoTime() + leg.leadNs();
        Burst burst = new Burst(plan().first(number), plan().counted(), burstStartNs, gapNs,
                burstStartNs + plan().counted() * gapNs + TIMEOUT_NS);
        reception.begin(burst);
        control().ready(number);
        SystemCallMarks.begin(index);
        ends().get(leg.transport()).receive(burst, reception);
        SystemCallMarks.end(index);
        control().done(number);
    }

    @Override
    Map<String, Object> roundResult(Round round) {
        if (round.counts()) {
            long nowNs = System.nanoTime();
            HiccupMeter meter = new HiccupMeter();
            meter.spinUntil(nowNs + HICCUP_NS);
            hiccups.add(meter);
            timeline.add(List.of(TimeUnit.NANOSECONDS.toMillis(nowNs - startNs), meter.maxNs()));
        }
        List<Long> found = List.copyOf(mediansNs);
        mediansNs.clear();
        return Map.of("mediansNs", found);
    }

    @Override
    Map<String, Object> result() {
        writeLog();
        List<Map<String, Object>> legs = new ArrayList<>();
        for (int i = 0; i < stats.size(); i++) {
            Leg leg = leg(i);
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", leg.transport().label());
            map.put("gapNs", leg.gapNs());
            map.put("settings", ends().get(leg.transport()).settings());
            map.putAll(stats.get(i).toMap());
            legs.add(map);
        }
        return Map.of("legs", legs, "hiccup", hiccups.toMap(), "timeline", timeline);
    }

    private Leg leg(int row) {
        return plan().legs().get(row % plan().legs().size());
    }

    private void writeLog() {
        try {
            HistogramLogWriter writer = new HistogramLogWriter(plan().directory().resolve(HISTOGRAMS).toFile());
            writer.outputLogFormatVersion();
            for (int i = 0; i < stats.size(); i++) {
                Leg leg = leg(i);
                stats.get(i).histogram().setTag(leg.transport().label() + "-" + leg.gapNs() + "ns"
                        + (i < plan().legs().size() ? "" : "-idle-states-forbidden"));
                writer.outputIntervalHistogram(stats.get(i).histogram());
            }
            writer.close();
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }
}
