package io.tickbus.publisher.daemon;

import io.tickbus.core.wait.WaitStrategy;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.timer.FiringSink;
import io.tickbus.publisher.timer.TimerQueue;
import org.agrona.concurrent.NanoClock;

/**
 * Keeps timers and publishes each as a signal when it is due, until stopped. A thin loop around {@link TimerAgent};
 * to be embedded in any process, or run as the sidecar.
 *
 * <p><b>Threads:</b> {@link #run} on one; {@link #stop} from any.
 * <p><b>Progress:</b> the loop waits as its {@link WaitStrategy} does and depends on no subscriber; one that cuts off
 * the doorbell costs it a repair. It allocates nothing in steady state; each heartbeat makes one system call.
 * <p><b>Errors:</b> {@code BusException} when its own signals file is shortened.
 */
public final class TimerDaemon implements Runnable {
    private final SignalPublisher publisher;
    private final TimerQueue timers;
    private final FiringSink sink;
    private final WaitStrategy waitStrategy;
    private final DeadlineGate gate;
    private final TimerAgent agent;
    private volatile boolean isStopped;
    /** Whether a fault may have cut short what the timers were doing. */
    private boolean isFaulty;

    /**
     * A daemon that publishes each firing.
     *
     * @param publisher    opened by {@link SignalPublisher#openWithoutThread}, since the duty cycle gives its heartbeat
     * @param waitStrategy {@code spin()}, {@code predictive()} or {@code park()}
     */
    public TimerDaemon(SignalPublisher publisher, TimerQueue timers, WaitStrategy waitStrategy) {
        this(publisher, timers, waitStrategy, publishing(publisher));
    }

    /** A daemon whose firings go elsewhere, for instance to a sink that publishes and then does something more. */
    public TimerDaemon(SignalPublisher publisher, TimerQueue timers, WaitStrategy waitStrategy, FiringSink sink) {
        NanoClock clock = System::nanoTime;
        this.publisher = publisher;
        this.timers = timers;
        this.sink = sink;
        this.waitStrategy = waitStrategy;
        this.gate = new DeadlineGate(clock, publisher.bus().doorbell());
        this.agent = new TimerAgent(clock, publisher, timers, sink);
    }

    /** A sink that stamps each firing with the time and publishes it. */
    public static FiringSink publishing(SignalPublisher publisher) {
        return new PublishingSink(publisher);
    }

    /** Runs until {@link #stop}; the publisher stays open. */
    @Override
    public void run() {
        while (!isStopped) {
            try {
                // The inner loop is inside, since the JVM reports a fault late: between two cycles as well.
                if (isFaulty) {
                    timers.repair(sink);
                    isFaulty = false;
                }
                while (!isStopped) {
                    runCycle();
                }
            } catch (InternalError e) {
                // A mapped file was shortened. Our own: give up with a sentence. The doorbell, which others may write:
                // go on without it until it has its length again.
                publisher.bus().signals().checkLength();
                gate.goDeaf();
                isFaulty = true;
            }
        }
        publisher.nextDeadlineNs(Long.MAX_VALUE);
    }

    private void runCycle() {
        gate.arm(timers.nextDeadlineNs());
        if (agent.doWork() == 0 && !isStopped) {
            waitStrategy.await(gate, agent.nextHeartbeatNs());
        }
    }

    /** Ends {@link #run} soon. */
    public void stop() {
        isStopped = true;
        try {
            gate.ring();
        } catch (InternalError e) {
            // The doorbell was cut off: the loop sees the flag when it wakes for the next deadline or heartbeat.
            gate.goDeaf();
        }
    }

    /** How it waits, with what it learned. */
    public WaitStrategy waitStrategy() {
        return waitStrategy;
    }
}
