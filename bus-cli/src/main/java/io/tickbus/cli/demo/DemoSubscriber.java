package io.tickbus.cli.demo;

import io.tickbus.cli.BusOptions;
import io.tickbus.core.BusException;
import io.tickbus.core.platform.Platforms;
import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.PosixSignals;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The demo's subscriber process. */
@Command(name = "demo-subscriber", hidden = true, description = "Started by 'tickbus demo'.")
public final class DemoSubscriber implements Callable<Integer> {
    private static final long ATTACH_ATTEMPT_NS = 20_000_000;
    private static final int ATTACH_ATTEMPTS = 500;

    @Mixin
    private BusOptions bus;

    @Option(names = "--cpu", defaultValue = "-1")
    private int cpu;

    @Override
    public Integer call() throws Exception {
        ChildLink link = new ChildLink();
        int[] cpus = DemoPinning.pin("subscriber", cpu);
        DemoWarmUp.subscriber(bus.directory());
        SwitchingWait waiting = new SwitchingWait();
        try (SignalSubscriber subscriber = attach(waiting)) {
            Map<String, Object> ready = new LinkedHashMap<>();
            ready.put("pid", ProcessHandle.current().pid());
            ready.put("cpus", cpus);
            ready.put("blocksSignals", isKillable());
            link.say(ChildLink.READY, ready);
            String start = link.awaitStart();
            if (start != null) {
                DemoReception reception = new DemoReception(subscriber, waiting, DemoSchedule.parse(start), link);
                link.onGone(reception::stop);
                reception.run();
                link.say(ChildLink.RESULT, reception.result());
            }
        }
        return 0;
    }

    private static boolean isKillable() {
        return Platforms.current().hasFutex() && PosixSignals.isBlockedInEveryThread(PosixSignal.SIGUSR1);
    }

    /** The two processes start at once, so the bus may come a moment later. */
    private SignalSubscriber attach(SwitchingWait waiting) throws InterruptedException {
        SubscriberOptions options = SubscriberOptions.defaults().withJoin(0).withWaiting(waiting);
        for (int attempt = 1; ; attempt++) {
            try {
                return SignalSubscriber.attach(bus.directory(), options);
            } catch (BusException e) {
                if (e.reason() != BusException.Reason.NOT_FOUND || attempt == ATTACH_ATTEMPTS) {
                    throw e;
                }
                Thread.sleep(ATTACH_ATTEMPT_NS / 1_000_000);
            }
        }
    }
}
