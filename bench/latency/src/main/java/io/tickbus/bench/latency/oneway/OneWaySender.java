package io.tickbus.bench.latency.oneway;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.run.ParentWatch;
import io.tickbus.bench.latency.run.Pinning;
import io.tickbus.bench.latency.transport.Burst;
import io.tickbus.bench.latency.transport.Transport;
import io.tickbus.core.platform.Platforms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** The sending process. Arguments: a processor or −1, then the plan. */
public final class OneWaySender {
    private final OneWayPlan plan;
    private final List<Transport> transports = new ArrayList<>();
    private final BurstControl control;
    private final long[] cpuNs;
    private final long[] wallNs;
    private long bursts;

    private OneWaySender(OneWayPlan plan) throws Exception {
        this.plan = plan;
        this.control = BurstControl.open(plan.directory());
        this.cpuNs = new long[plan.legs().size()];
        this.wallNs = new long[plan.legs().size()];
        for (Leg leg : plan.legs()) {
            transports.add(SharedEnds.make(plan, transports, leg));
        }
        for (Transport transport : SharedEnds.distinct(transports)) {
            transport.openSender(plan.directory());
        }
    }

    /** Runs the whole plan. */
    public static void main(String[] arguments) throws Exception {
        ParentWatch.start();
        int[] cpus = Pinning.pin(Integer.parseInt(arguments[0]));
        OneWaySender sender = new OneWaySender(OneWayPlan.parse(Arrays.asList(arguments).subList(1,
                arguments.length)));
        System.out.println(BenchRun.READY + Arrays.toString(cpus));
        sender.run();
        if (sender.plan.counted() > 0) {
            System.out.println(OneWayRun.COUNTING);
            BenchRun.awaitWord();
            sender.countSystemCalls();
        }
        SharedEnds.distinct(sender.transports).forEach(Transport::close);
        System.out.println(BenchRun.RESULT + JSON.std.asString(Map.of("cpuNs", sender.cpuNs, "wallNs",
                sender.wallNs)));
        System.out.flush();
        // Aeron and Chronicle have threads of their own, which need not be waited for.
        Runtime.getRuntime().halt(0);
    }

    private void run() {
        for (int round = -plan.warmUps(); round < plan.rounds(); round++) {
            for (int i = 0; i < plan.legs().size(); i++) {
                int index = plan.legAt(round, i);
                Leg leg = plan.legs().get(index);
                if (leg.isIn(round)) {
                    send(index, leg, round);
                    LockSupport.parkNanos(leg.restNs());
                }
            }
        }
    }

    private void send(int index, Leg leg, int round) {
        bursts++;
        control.call(bursts);
        long cpuBeforeNs = Platforms.current().processCpuNs();
        long beforeNs = System.nanoTime();
        transports.get(index).send(
                new Burst(plan.first(bursts), leg.count(), beforeNs + plan.leadNs(leg, round), leg.gapNs(), 0));
        if (round >= 0) {
            cpuNs[index] += Platforms.current().processCpuNs() - cpuBeforeNs;
            wallNs[index] += System.nanoTime() - beforeNs;
        }
        control.awaitDone(bursts);
    }

    private void countSystemCalls() {
        for (int i = 0; i < plan.legs().size(); i++) {
            Leg leg = plan.legs().get(i);
            bursts++;
            control.call(bursts);
            SystemCallMarks.begin(i);
            transports.get(i).send(new Burst(plan.first(bursts), plan.counted(),
                    System.nanoTime() + leg.leadNs(), SystemCallMarks.gapNs(leg), 0));
            SystemCallMarks.end(i);
            control.awaitDone(bursts);
        }
    }
}
