package io.tickbus.bench.latency.timers;

import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.TimerClient;
import io.tickbus.subscriber.TimerReplyHandler;
import java.util.concurrent.TimeUnit;

/** Timers that the daemon keeps, armed through shared memory in bursts that the ring has room for. */
final class HeldByDaemon implements HeldTimers {
    private static final int REPLIES_AT_ONCE = 256;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

    private final TimerClient client;
    private final TimerReplyHandler handler = this::onReply;
    private long sent;
    private long answered;

    HeldByDaemon(BusDirectory bus) {
        client = TimerClient.connect(bus, ArmedSchedule.patient());
    }

    @Override
    public void arm(int timer, long delayNs) {
        while (client.armAfter(timer, ArmedSchedule.SIGNAL_ID, delayNs) < 0) {
            client.pollReplies(handler, REPLIES_AT_ONCE);
        }
        sent++;
    }

    @Override
    public void cancel(int timer) {
        while (client.cancel(timer) < 0) {
            client.pollReplies(handler, REPLIES_AT_ONCE);
        }
        sent++;
    }

    // On one processor the daemon must be let run.
    @SuppressWarnings("ThreadPriorityCheck")
    @Override
    public void settle() {
        long giveUpNs = System.nanoTime() + PATIENCE_NS;
        while (answered < sent) {
            if (client.pollReplies(handler, REPLIES_AT_ONCE) == 0) {
                Thread.yield();
                if (System.nanoTime() > giveUpNs) {
                    throw new IllegalStateException("the daemon does not answer: answered=" + answered);
                }
            }
        }
    }

    private void onReply(TimerReply reply) {
        if (reply.code() != ReplyCode.ARMED && reply.code() != ReplyCode.CANCELLED) {
            throw new IllegalStateException("the daemon refused: " + reply);
        }
        answered++;
    }

    @Override
    public void close() {
        client.close();
    }
}
