package io.tickbus.bench.latency;

import io.tickbus.core.platform.Platforms;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The sending process. Arguments: a processor, then the plan. */
public final class OneWaySender {
    private static final long LEAD_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private OneWaySender() {
    }

    /** Runs the whole plan. */
    public static void main(String[] arguments) throws Exception {
        int[] cpus = Platforms.current().setAffinity(Integer.parseInt(arguments[0]));
        OneWayPlan plan = OneWayPlan.parse(Arrays.asList(arguments).subList(1, arguments.length));
        List<Transport> transports = plan.newTransports();
        BurstControl control = BurstControl.open(plan.directory());
        for (Transport transport : transports) {
            transport.openSender(plan.directory());
        }
        System.out.println("READY " + Arrays.toString(cpus));
        long burst = 0;
        for (int round = 0; round < plan.warmUps() + plan.rounds(); round++) {
            for (int i = 0; i < transports.size(); i++) {
                // Another one begins in each round, so that none always comes after the same other.
                Transport transport = transports.get((round + i) % transports.size());
                burst++;
                control.call(burst);
                long startNs = System.nanoTime() + LEAD_NS;
                transport.send(new Burst((long) round * plan.count(), plan.count(), startNs, plan.gapNs(), 0));
                control.awaitDone(burst);
                LockSupport.parkNanos(plan.count() * plan.gapNs());
            }
        }
        transports.forEach(Transport::close);
    }
}
