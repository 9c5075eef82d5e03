package io.tickbus.bench.latency.timers;

import io.netty.util.Timer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** A process whose threads arm timers, all at once. */
final class ArmingRole implements ChildRole {
    private final Supplier<ArmTarget> newTarget;
    private final Runnable closing;
    private final List<ArmTarget> targets = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    ArmingRole(Map<String, Object> settings) {
        String name = (String) settings.get("target");
        switch (name) {
            case "tickbus" -> {
                newTarget = () -> new ArmTarget.Tickbus(DaemonRole.bus(settings),
                        (int) Wire.number(settings, "trackedKeys"));
                closing = () -> { };
            }
            case "stpe" -> {
                ScheduledThreadPoolExecutor pool = ArmTarget.Pool.newPool();
                newTarget = () -> new ArmTarget.Pool(pool);
                closing = pool::shutdownNow;
            }
            case "netty-1ms" -> {
                Timer timer = NettyWheel.newTimer();
                newTarget = () -> new ArmTarget.Netty(timer);
                closing = timer::stop;
            }
            default -> throw new IllegalArgumentException("unknown target: target=" + name);
        }
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws Exception {
        int count = (int) Wire.number(arguments, "threads");
        while (targets.size() < count) {
            targets.add(newTarget.get());
        }
        List<Future<Pass>> passes = new ArrayList<>();
        for (ArmTarget target : targets.subList(0, count)) {
            passes.add(threads.submit(() -> Pass.run(target, arguments)));
        }
        long fromNs = Long.MAX_VALUE;
        long untilNs = Long.MIN_VALUE;
        List<Double> nsPerArm = new ArrayList<>();
        List<Double> settledNsPerArm = new ArrayList<>();
        for (Future<Pass> each : passes) {
            Pass pass = each.get();
            fromNs = Math.min(fromNs, pass.fromNs());
            untilNs = Math.max(untilNs, pass.untilNs());
            nsPerArm.addAll(pass.nsPerArm());
            settledNsPerArm.addAll(pass.settledNsPerArm());
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("arms", count * Wire.number(arguments, "bursts") * Wire.number(arguments, "burst"));
        map.put("fromNs", fromNs);
        map.put("untilNs", untilNs);
        map.put("nsPerArm", nsPerArm);
        map.put("settledNsPerArm", settledNsPerArm);
        map.put("fulls", targets.stream().mapToLong(
                each -> each instanceof ArmTarget.Tickbus tickbus ? tickbus.fulls() : 0).sum());
        return map;
    }

    @Override
    public void close() {
        targets.forEach(ArmTarget::close);
        threads.shutdownNow();
        closing.run();
    }

    /**
     * What one thread did.
     *
     * @param fromNs          when it began
     * @param untilNs         when all it had armed was taken in
     * @param nsPerArm        of each burst, the caller's side alone
     * @param settledNsPerArm of each burst, until all of it was taken in
     */
    private record Pass(long fromNs, long untilNs, List<Double> nsPerArm, List<Double> settledNsPerArm) {
        static Pass run(ArmTarget target, Map<String, Object> arguments) {
            long startNs = Wire.number(arguments, "startNs");
            long bursts = Wire.number(arguments, "bursts");
            long burst = Wire.number(arguments, "burst");
            // Eight threads on two processors: who waits for the daemon must let it run.
            IdleStrategy idle =
                    (boolean) arguments.get("isAlone") ? new BusySpinIdleStrategy() : new BackoffIdleStrategy();
            List<Double> nsPerArm = new ArrayList<>();
            List<Double> settledNsPerArm = new ArrayList<>();
            while (System.nanoTime() < startNs) {
                Thread.onSpinWait();
            }
            long fromNs = System.nanoTime();
            for (long i = 0; i < bursts; i++) {
                long beginNs = System.nanoTime();
                for (long j = 0; j < burst; j++) {
                    target.arm();
                }
                nsPerArm.add((System.nanoTime() - beginNs) / (double) burst);
                target.settle(idle);
                settledNsPerArm.add((System.nanoTime() - beginNs) / (double) burst);
            }
            long untilNs = System.nanoTime();
            target.cancelAll(idle);
            return new Pass(fromNs, untilNs, nsPerArm, settledNsPerArm);
        }
    }
}
