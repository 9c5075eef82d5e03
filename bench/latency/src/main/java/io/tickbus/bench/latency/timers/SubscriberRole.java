// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.timers.FiringStats.Tally;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The process that observes firings, and arms the timers too unless somebody else is to. One thread does both, as in an
 * application with one event loop.
 */
final class SubscriberRole implements ChildRole {
    private static final int BATCH = 256;
    private static final long LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final SignalSubscriber subscriber;
    private final ArmedSchedule armed;
    private final SignalHandler handler = this::onSignal;
    private FiringLog log;
    private FiringStats published;
    private Windows publishedWindows;
    private HerdTimes herd;
    private long run;
    private long lastObservedNs;

    SubscriberRole(Map<String, Object> settings) {
        BusDirectory bus = DaemonRole.bus(settings);
        subscriber = SignalSubscriber.attach(bus, SubscriberOptions.defaults()
                .withWaitStrategy(WaitStrategy.named((String) settings.get("waiting"))));
        armed = (boolean) settings.get("arms") ? new ArmedSchedule(bus) : null;
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws Exception {
        Workload workload = Workload.of(JsonLines.object(arguments, "workload"));
        Schedule schedule = new Schedule(workload, JsonLines.number(arguments, "startNs"));
        run = JsonLines.number(arguments, "run");
        drain();
        log = new FiringLog(workload, schedule);
        published = new FiringStats();
        publishedWindows = new Windows(workload, schedule);
        herd = new HerdTimes(schedule);
        long lostBefore = subscriber.lost();
        if (armed != null) {
            armed.arm(schedule, run);
        }
        CpuWindow cpu = CpuWindow.start(schedule.startNs(), schedule.endNs());
        observe(schedule.endNs() + PeerRole.TIMEOUT_NS);
        if (armed != null) {
            armed.cancel(schedule, run);
        }
        Map<String, Object> answer = log.toWire(cpu.toMap());
        answer.put("published", published.toWire());
        answer.put("publishedWindows", publishedWindows.toWire());
        answer.put("overrun", subscriber.lost() - lostBefore);
        answer.put("completeNs", lastObservedNs - schedule.endNs());
        answer.putAll(herd.toMap(workload));
        return answer;
    }

    /** What is left of the last run. */
    private void drain() {
        int drained = BATCH;
        while (drained > 0) {
            drained = subscriber.poll(signal -> { }, BATCH);
        }
    }

    private void observe(long giveUpNs) {
        while (!log.isComplete()) {
            if (subscriber.await(handler, BATCH, LONGEST_WAIT_NS) == 0 && System.nanoTime() > giveUpNs) {
                return;
            }
        }
    }

    private void onSignal(SignalRecord signal) {
        long observedNs = System.nanoTime();
        if (signal.signalId() != ArmedSchedule.SIGNAL_ID || signal.key() >>> Integer.SIZE != run) {
            return;
        }
        int timer = (int) signal.key();
        Schedule schedule = log.schedule();
        if (signal.deadlineNs() != schedule.deadlineNs(timer, signal.occurrence())) {
            throw new IllegalStateException("not the deadline that was armed: " + signal);
        }
        if (signal.deadlineNs() < schedule.endNs()) {
            lastObservedNs = observedNs;
            long latenessNs = signal.publishedNs() - signal.deadlineNs();
            published.record(latenessNs);
            publishedWindows.record(timer, signal.deadlineNs(), latenessNs);
            published.tally(Tally.EARLY, latenessNs < 0 ? 1 : 0);
            herd.fired(timer, signal.publishedNs(), observedNs);
        }
        log.fired(timer, signal.occurrence(), signal.missed(), observedNs);
    }

    @Override
    public void close() {
        if (armed != null) {
            armed.close();
        }
        subscriber.close();
    }

    /** When the last of a herd came, and when the latecomer. */
    private static final class HerdTimes {
        private final Schedule schedule;
        private long herdPublishedNs;
        private long herdObservedNs;
        private long latecomerPublishedNs;
        private long latecomerObservedNs;

        HerdTimes(Schedule schedule) {
            this.schedule = schedule;
        }

        void fired(int timer, long publishedNs, long observedNs) {
            if (timer == schedule.size() - 1) {
                latecomerPublishedNs = publishedNs;
                latecomerObservedNs = observedNs;
            } else {
                herdPublishedNs = publishedNs;
                herdObservedNs = observedNs;
            }
        }

        /** Nothing for a workload without a latecomer. */
        Map<String, Object> toMap(Workload workload) {
            Map<String, Object> map = new LinkedHashMap<>();
            if (workload.latecomerNs() > 0) {
                map.put("herdPublishedNs", herdPublishedNs - schedule.startNs());
                map.put("herdObservedNs", herdObservedNs - schedule.startNs());
                map.put("latecomerLatenessNs", latecomerObservedNs - schedule.startNs() - workload.latecomerNs());
                map.put("latecomerAfterHerdNs", latecomerPublishedNs - herdPublishedNs);
            }
            return map;
        }
    }
}
