// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.bench.latency.harness.BenchHarness;
import io.tickbus.bench.latency.harness.BenchOptions.Only;
import io.tickbus.bench.latency.harness.JvmLaunch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All transports by name. To add one: a class that implements {@link Transport}, and a line here. */
public enum Transports {
    C_FLOOR("c-floor", Pace.SPINNING, Need.C_COMPILER, 0, CFloor::new),
    VARHANDLE_RING("varhandle-ring", Pace.SPINNING, Need.NOTHING, 4, PlainRing::new),
    TICKBUS_SPIN("tickbus-spin", Pace.SPINNING, Need.NOTHING, 4, TickbusSpin::new),
    TICKBUS_BACKOFF("tickbus-backoff", Pace.SPINNING, Need.NOTHING, 0, () -> new TickbusWaiting("backoff")),
    C_READER("c-reader", Pace.SPINNING, Need.C_COMPILER, 0, CReader::new),
    AERON_IPC("aeron-ipc", Pace.SPINNING, Need.AERON, 4, () -> new AeronIpc(false, 4)),
    AERON_IPC_STOCK("aeron-ipc-stock", Pace.SPINNING, Need.AERON, 0, () -> new AeronIpc(true, 4)),
    CHRONICLE_QUEUE("chronicle-queue", Pace.SPINNING, Need.CHRONICLE, 4, ChronicleQueue::new),
    AGRONA_BROADCAST("agrona-broadcast", Pace.SPINNING, Need.NOTHING, 4, AgronaBroadcast::new),
    AGRONA_MANY_TO_ONE("agrona-many-to-one", Pace.SPINNING, Need.NOTHING, 1, AgronaManyToOne::new),
    TICKBUS_PREDICTIVE("tickbus-predictive", Pace.SLEEPING, Need.NOTHING, 0, () -> new TickbusWaiting("predictive")),
    TICKBUS_PARK("tickbus-park", Pace.SLEEPING, Need.NOTHING, 0, () -> new TickbusWaiting("park")),
    FUTEX("futex", Pace.SLEEPING, Need.NOTHING, 0, Futex::new),
    FIFO("fifo", Pace.SLEEPING, Need.NOTHING, 0, Fifo::new),
    UNIX_SOCKET("unix-socket", Pace.SLEEPING, Need.NOTHING, 0, UnixSocket::new),
    POSIX_MQ("posix-mq", Pace.SLEEPING, Need.NOTHING, 0, PosixQueue::new),
    KILL_SIGWAIT("kill-sigwait", Pace.SLEEPING, Need.BLOCKED_SIGNALS, 0,
            () -> new PosixSignalTransport(PosixSignalTransport.Kind.KILL)),
    SIGQUEUE_SIGWAIT("sigqueue-sigwait", Pace.SLEEPING, Need.BLOCKED_SIGNALS, 0,
            () -> new PosixSignalTransport(PosixSignalTransport.Kind.QUEUE)),
    SIGNALFD("signalfd", Pace.SLEEPING, Need.BLOCKED_SIGNALS, 0,
            () -> new PosixSignalTransport(PosixSignalTransport.Kind.DESCRIPTOR)),
    JAVA_SIGNAL("java-signal", Pace.SLEEPING, Need.NOTHING, 0, SunMiscSignal::new),
    POSIX_TIMER_SIGNAL("posix-timer-signal", Pace.SLEEPING, Need.BLOCKED_SIGNALS, 0, PosixTimerSignal::new);

    /** What a burst of a one-way run consists of: more and denser messages where the receiver spins. */
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
    private final int streamReaders;
    @SuppressWarnings("ImmutableEnumChecker") // they are constructors
    private final Supplier<Transport> constructor;

    Transports(String label, Pace pace, Need need, int streamReaders, Supplier<Transport> constructor) {
        this.label = label;
        this.pace = pace;
        this.need = need;
        this.streamReaders = streamReaders;
        this.constructor = constructor;
    }

    /** The name in reports. */
    public String label() {
        return label;
    }

    /** What its bursts consist of. */
    public Pace pace() {
        return pace;
    }

    /** How many readers may take a stream at full speed; 0 where it takes no part in that. */
    public int streamReaders() {
        return streamReaders;
    }

    /** A new end of it. */
    public Transport create() {
        return constructor.get();
    }

    /** A new end of it for a stream at full speed: Aeron's own flow control is not to limit the writer. */
    public Transport createForStream() {
        return this == AERON_IPC ? new AeronIpc(false, 16) : create();
    }

    /** All names. */
    public static List<String> labels() {
        return Stream.of(values()).map(Transports::label).toList();
    }

    /** The transport of a name. */
    public static Transports of(String label) {
        return Stream.of(values()).filter(each -> each.label.equals(label)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no transport '" + label + "'; there are "
                        + String.join(", ", labels())));
    }

    /** Those that are wanted, out of some, in their order. */
    public static List<Transports> wanted(Only only, Stream<Transports> possible) {
        only.names().forEach(Transports::of);
        List<Transports> wanted =
                possible.filter(each -> only.names().isEmpty() || only.names().contains(each.label)).toList();
        if (wanted.isEmpty()) {
            throw only.nobody();
        }
        return wanted;
    }

    /** Prepares what they need beside their two processes; leaves out, with the reason, those that cannot run here. */
    public static List<Transports> prepare(List<Transports> wanted, BenchHarness harness)
            throws IOException, InterruptedException {
        List<Transports> available = new ArrayList<>();
        for (Transports transport : wanted) {
            Optional<String> reason = transport.prepare(harness);
            reason.ifPresentOrElse(why -> harness.report().leaveOut(transport.label, why),
                    () -> available.add(transport));
        }
        if (available.stream().anyMatch(each -> each.need == Need.AERON)) {
            harness.child(AeronDriver.class, -1, Map.of("directory", harness.directory().toString()));
        }
        return available;
    }

    private Optional<String> prepare(BenchHarness harness) throws IOException, InterruptedException {
        return switch (need) {
            case C_COMPILER -> (this == C_FLOOR ? CLibrary.FLOOR : CLibrary.READER).compile(harness.directory());
            case AERON -> missing("io.aeron.driver.MediaDriver", "Aeron");
            case CHRONICLE -> missing("net.openhft.chronicle.queue.ChronicleQueue", "Chronicle Queue");
            case BLOCKED_SIGNALS -> canBlockSignals() ? Optional.empty()
                    : Optional.of("it needs 'env --block-signal' of coreutils 8.31 or newer");
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

    private static List<String> blockingPrefix() {
        return List.of("env", "--block-signal=" + PosixSignalTransport.blocked().stream().map(String::valueOf)
                .collect(Collectors.joining(",")));
    }

    /** How a JVM must be started to run these: with signals blocked in every thread if any waits for signals. */
    public static JvmLaunch launch(List<Transports> transports) {
        return transports.stream().anyMatch(each -> each.need == Need.BLOCKED_SIGNALS)
                ? JvmLaunch.here().withPrefix(blockingPrefix()) : JvmLaunch.here();
    }
}
