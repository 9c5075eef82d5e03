// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.client.TimerReplyHandler;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Arms schedules in the daemon through a client of its own, and cancels what is left of them. */
final class ArmedSchedule implements AutoCloseable {
    static final int SIGNAL_ID = 42;
    /** Long: each occurrence shall fire on its own and show its own lateness, after a stall of the host too. */
    private static final long GRACE_US = TimeUnit.MINUTES.toMicros(1);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final int REPLIES_AT_ONCE = 256;

    private final TimerClient client;
    private final TimerCommand command = new TimerCommand();
    private final TimerReplyHandler handler = this::onReply;
    private long answered;
    private String refusal;

    ArmedSchedule(BusDirectory bus) {
        client = TimerClient.connect(bus, patient());
    }

    /**
     * Options of a client that waits long to be admitted: a starved host may take seconds, and that is not what is
     * measured. A client that is never admitted still fails.
     */
    static TimerClientOptions patient() {
        return TimerClientOptions.defaults().withConnectTimeoutNs(CONNECT_TIMEOUT_NS);
    }

    /** The key of a run's timer: runs are told apart, since firings of the last may still come in the next. */
    static long key(long run, int timer) {
        return (run << Integer.SIZE) | timer;
    }

    /** Arms every timer and waits until the daemon has said yes to each. */
    void arm(Schedule schedule, long run) {
        long sent = answered;
        for (int timer = 0; timer < schedule.size(); timer++) {
            command.arm(key(run, timer), SIGNAL_ID, schedule.firstNs(timer)).periodNs(schedule.periodNs(timer))
                    .misfire(MisfirePolicy.FIRE_ONCE, 0).graceUs(GRACE_US);
            long giveUpNs = System.nanoTime() + TIMEOUT_NS;
            while (client.send(command) < 0) {
                poll(giveUpNs);
            }
            sent++;
        }
        awaitAnswers(sent);
        if (System.nanoTime() >= schedule.startNs()) {
            throw new LateArmingException(schedule.size());
        }
    }

    /** Cancels periodic timers, which would continue. */
    void cancel(Schedule schedule, long run) {
        long sent = answered;
        for (int timer = 0; timer < schedule.size(); timer++) {
            if (schedule.periodNs(timer) > 0) {
                long giveUpNs = System.nanoTime() + TIMEOUT_NS;
                while (client.cancel(key(run, timer)) < 0) {
                    poll(giveUpNs);
                }
                sent++;
            }
        }
        awaitAnswers(sent);
    }

    private void awaitAnswers(long sent) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        while (answered < sent) {
            poll(giveUpNs);
        }
        if (refusal != null) {
            throw new IllegalStateException("the daemon refused: " + refusal);
        }
    }

    private void poll(long giveUpNs) {
        if (client.pollReplies(handler, REPLIES_AT_ONCE) == 0) {
            if (System.nanoTime() > giveUpNs) {
                throw new IllegalStateException("the daemon does not answer: answered=" + answered);
            }
            LockSupport.parkNanos(NAP_NS);
        }
    }

    private void onReply(TimerReply reply) {
        answered++;
        if (reply.code() == ReplyCode.FULL || reply.code() == ReplyCode.INVALID) {
            refusal = reply.toString();
        }
    }

    TimerClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
    }
}
