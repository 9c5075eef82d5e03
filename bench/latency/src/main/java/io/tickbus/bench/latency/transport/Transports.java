package io.tickbus.bench.latency.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * All transports by name. To add one: a class that implements {@link Transport}, and a line here.
 */
public enum Transports {
    /** The floor of all ratios. */
    C_FLOOR("c-floor", Pace.SPINNING, Need.C_COMPILER, CFloor::new),
    /** Tickbus, polled. */
    TICKBUS_SPIN("tickbus-spin", Pace.SPINNING, Need.NOTHING, TickbusSpin::new),
    /** Tickbus, backing off. */
    TICKBUS_BACKOFF("tickbus-backoff", Pace.SPINNING, Need.NOTHING, () -> new TickbusWaiting("backoff")),
    /** Tickbus read by C. */
    C_READER("c-reader", Pace.SPINNING, Need.C_COMPILER, CReader::new),
    /** Aeron, tuned. */
    AERON_IPC("aeron-ipc", Pace.SPINNING, Need.AERON, () -> new AeronIpc(false)),
    /** Aeron as it comes. */
    AERON_IPC_STOCK("aeron-ipc-stock", Pace.SPINNING, Need.AERON, () -> new AeronIpc(true)),
    /** Chronicle Queue. */
    CHRONICLE_QUEUE("chronicle-queue", Pace.SPINNING, Need.CHRONICLE, ChronicleQueueTransport::new),
    /** Agrona's broadcast buffer. */
    AGRONA_BROADCAST("agrona-broadcast", Pace.SPINNING, Need.NOTHING, AgronaBroadcast::new),
    /** Agrona's ring of many producers. */
    AGRONA_MANY_TO_ONE("agrona-many-to-one", Pace.SPINNING, Need.NOTHING, AgronaManyToOne::new),
    /** Tickbus, predictive. */
    TICKBUS_PREDICTIVE("tickbus-predictive", Pace.SLEEPING, Need.NOTHING, () -> new TickbusWaiting("predictive")),
    /** Tickbus, parked. */
    TICKBUS_PARK("tickbus-park", Pace.SLEEPING, Need.NOTHING, () -> new TickbusWaiting("park")),
    /** A raw futex. */
    FUTEX("futex", Pace.SLEEPING, Need.NOTHING, Futex::new),
    /** A named pipe. */
    FIFO("fifo", Pace.SLEEPING, Need.NOTHING, Fifo::new),
    /** A Unix domain socket. */
    UNIX_SOCKET("unix-socket", Pace.SLEEPING, Need.NOTHING, UnixSocket::new),
    /** A POSIX message queue. */
    POSIX_MQ("posix-mq", Pace.SLEEPING, Need.NOTHING, PosixQueue::new),
    /** A signal that is waited for. */
    KILL_SIGWAIT("kill-sigwait", Pace.SLEEPING, Need.BLOCKED_SIGNALS,
            () -> new SignalTransport(SignalTransport.Kind.KILL)),
    /** A queued signal that is waited for. */
    SIGQUEUE_SIGWAIT("sigqueue-sigwait", Pace.SLEEPING, Need.BLOCKED_SIGNALS,
            () -> new SignalTransport(SignalTransport.Kind.QUEUE)),
    /** A queued signal through a descriptor. */
    SIGNALFD("signalfd", Pace.SLEEPING, Need.BLOCKED_SIGNALS,
            () -> new SignalTransport(SignalTransport.Kind.DESCRIPTOR)),
    /** A signal handler in Java. */
    JAVA_SIGNAL("java-signal", Pace.SLEEPING, Need.NOTHING, JavaSignal::new),
    /** A timer of the kernel. */
    POSIX_TIMER_SIGNAL("posix-timer-signal", Pace.SLEEPING, Need.BLOCKED_SIGNALS, PosixTimerSignal::new);

    /** How bursts of one-way runs are made up: whoever spins gets more and denser ones than whoever sleeps. */
    public enum Pace {
        /** 1,000 messages, 5 µs apart. */
        SPINNING(1000, TimeUnit.MICROSECONDS.toNanos(5)),
        /** 100 messages, 200 µs apart. */
        SLEEPING(100, TimeUnit.MICROSECONDS.toNanos(200));

        private final int count;
        private final long gapNs;

        Pace(int count, long gapNs) {
            this.count = count;
            this.gapNs = gapNs;
        }

        /** Messages of a burst. */
        public int count() {
            return count;
        }

        /** Between two messages, nanoseconds. */
        public long gapNs() {
            return gapNs;
        }
    }

    private enum Need { NOTHING, C_COMPILER, AERON, CHRONICLE, BLOCKED_SIGNALS }

    private final String label;
    private final Pace pace;
    private final Need need;
    @SuppressWarnings("ImmutableEnumChecker") // they are constructors
    private final Supplier<Transport> maker;

    Transports(String label, Pace pace, Need need, Supplier<Transport> maker) {
        this.label = label;
        this.pace = pace;
        this.need = need;
        this.maker = maker;
    }

    /** The name in reports. */
    public String label() {
        return label;
    }

    /** How its bursts are made up. */
    public Pace pace() {
        return pace;
    }

    /** Whether it wants Aeron's media driver to run. */
    public boolean needsDriver() {
        return need == Need.AERON;
    }

    /** A new end of it. */
    public Transport make() {
        return maker.get();
    }

    /** All names. */
    public static List<String> labels() {
        List<String> labels = new ArrayList<>();
        for (Transports each : values()) {
            labels.add(each.label);
        }
        return labels;
    }

    /** The transport of a name. */
    public static Transports of(String label) {
        for (Transports each : values()) {
            if (each.label.equals(label)) {
                return each;
            }
        }
        throw new IllegalArgumentException("there is no transport '" + label + "'; there are "
                + String.join(", ", labels()));
    }

    /** Makes ready in the run's directory what it needs beside its two processes; the reason where it cannot run. */
    public Optional<String> prepare(Path directory) throws IOException, InterruptedException {
        return switch (need) {
            case C_COMPILER -> (this == C_FLOOR ? CLibrary.FLOOR : CLibrary.READER).compile(directory);
            case AERON -> missing("io.aeron.driver.MediaDriver", "Aeron");
            case CHRONICLE -> missing("net.openhft.chronicle.queue.ChronicleQueue", "Chronicle Queue");
            case BLOCKED_SIGNALS -> canBlockSignals() ? Optional.empty()
                    : Optional.of("'env --block-signal' of coreutils 8.31 or newer is not there");
            default -> Optional.empty();
        };
    }

    private static Optional<String> missing(String className, String what) {
        try {
            Class.forName(className, false, Transports.class.getClassLoader());
            return Optional.empty();
        } catch (ClassNotFoundException e) {
            return Optional.of(what + " is not on the class path");
        }
    }

    private static boolean canBlockSignals() throws InterruptedException {
        try {
            List<String> command = new ArrayList<>(blockingPrefix());
            command.add("true");
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** What stands before the JVM's command so that it has the signals blocked in every thread. */
    public static List<String> blockingPrefix() {
        List<String> signals = new ArrayList<>();
        SignalTransport.blocked().forEach(signal -> signals.add(Integer.toString(signal)));
        return List.of("env", "--block-signal=" + String.join(",", signals));
    }

    /** Takes away what a run may have left outside of its directory. */
    public static void clearAway(Path directory) {
        PosixQueue.delete(directory);
    }
}
