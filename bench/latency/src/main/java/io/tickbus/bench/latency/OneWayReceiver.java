package io.tickbus.bench.latency;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.core.platform.HiccupMeter;
import io.tickbus.core.platform.Platforms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The receiving process. Arguments: a processor, then the plan. Prints its figures as one line of JSON. */
public final class OneWayReceiver {
    private static final long PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long HICCUP_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private OneWayReceiver() {
    }

    /** Runs the whole plan. */
    public static void main(String[] arguments) throws Exception {
        int[] cpus = Platforms.current().setAffinity(Integer.parseInt(arguments[0]));
        OneWayPlan plan = OneWayPlan.parse(Arrays.asList(arguments).subList(1, arguments.length));
        List<Transport> transports = plan.newTransports();
        BurstControl control = BurstControl.open(plan.directory());
        List<RoundFigures> figures = new ArrayList<>();
        for (Transport transport : transports) {
            transport.openReceiver(plan.directory());
            figures.add(new RoundFigures(plan.rounds()));
        }
        System.out.println("READY " + Arrays.toString(cpus));
        HiccupMeter hiccups = new HiccupMeter();
        long[] latenciesNs = new long[plan.count()];
        long burst = 0;
        for (int round = 0; round < plan.warmUps() + plan.rounds(); round++) {
            for (int i = 0; i < transports.size(); i++) {
                int index = (round + i) % transports.size();
                burst++;
                control.awaitCall(burst);
                control.ready(burst);
                int received = transports.get(index).receive(new Burst((long) round * plan.count(), plan.count(), 0,
                        plan.gapNs(), System.nanoTime() + PATIENCE_NS), latenciesNs);
                if (round >= plan.warmUps()) {
                    figures.get(index).record(round - plan.warmUps(), latenciesNs, received, plan.count());
                }
                control.done(burst);
            }
            if (round >= plan.warmUps()) {
                hiccups.spinUntil(System.nanoTime() + HICCUP_NS);
            }
        }
        transports.forEach(Transport::close);
        System.out.println("RESULT " + JSON.std.asString(result(plan, figures, hiccups)));
    }

    private static Map<String, Object> result(OneWayPlan plan, List<RoundFigures> figures, HiccupMeter hiccups) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < figures.size(); i++) {
            map.put(plan.transports().get(i), figures.get(i).toMap());
        }
        Map<String, Object> hiccup = new LinkedHashMap<>();
        hiccup.put("thresholdNs", HiccupMeter.THRESHOLD_NS);
        hiccup.put("watchedNs", hiccups.spunNs());
        hiccup.put("count", hiccups.count());
        hiccup.put("stolenNs", hiccups.stolenNs());
        hiccup.put("maxNs", hiccups.maxNs());
        map.put("hiccup", hiccup);
        return map;
    }
}
