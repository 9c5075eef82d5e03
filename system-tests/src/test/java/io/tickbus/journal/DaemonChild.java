package io.tickbus.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.daemon.CrashingDaemon;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import io.tickbus.daemon.journal.JournalProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A daemon with a journal in a JVM of its own, which the test kills. */
final class DaemonChild implements AutoCloseable {
    /** Property of the child: {@link Killer}. */
    static final String KILL_AT = "tickbus.test.killAt";
    private static final String READY = "ready";

    private final Process process;

    private DaemonChild(Process process) {
        this.process = process;
    }

    /** The child's side. */
    public static void main(String[] args) {
        BusDirectory directory = BusDirectory.at(Path.of(args[0]), "bus");
        // With the hour, the journal's thread would wait for the disk in the middle of a test.
        JournalOptions options = JournalOptions.defaults(Path.of(args[1])).withSnapshotBytes(Long.parseLong(args[2]))
                .withRoll(Roll.DAILY);
        DaemonLog log = DaemonLog.toStream(System.err);
        Killer killer = new Killer(System.getProperty(KILL_AT, ""));
        JournalProvider provider = (bus, publisher, journal, daemonLog) -> ChronicleJournal.open(bus, publisher,
                journal, daemonLog, store -> new KillingStore(store, killer));
        try (TimerDaemon daemon = CrashingDaemon.open(directory,
                SignalsOptions.defaults().withSlotCount(Integer.parseInt(args[3])), log, options, provider,
                killer::reach)) {
            Thread main = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                daemon.stop();
                try {
                    main.join(TimeUnit.SECONDS.toMillis(10));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            System.out.println(READY);
            System.out.flush();
            daemon.run();
        }
    }

    /** Starts one, and returns when it serves. */
    static DaemonChild start(Path root, Path journal, String... jvmArgs) throws IOException {
        return start(root, journal, 1L << 28, 1 << 16, List.of(jvmArgs));
    }

    static DaemonChild start(Path root, Path journal, long snapshotBytes, int slots, List<String> jvmArgs)
            throws IOException {
        List<String> command = new ArrayList<>(prefix());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(arg -> arg.startsWith("--add-") || arg.startsWith("--enable-native")).forEach(command::add);
        command.addAll(jvmArgs);
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                System.getProperty("java.class.path"), DaemonChild.class.getName(), root.toString(),
                journal.toString(), Long.toString(snapshotBytes), Integer.toString(slots)));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        Process process = builder.start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (!READY.equals(line)) {
            throw new IllegalStateException("the daemon did not start: " + line);
        }
        return new DaemonChild(process);
    }

    private static List<String> prefix() {
        String prefix = System.getProperty("tickbus.test.prefix", "");
        return prefix.isEmpty() ? List.of() : List.of(prefix.split(" ", -1));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** A real kill -9, at once, and the end of the process. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void awaitDeath() throws InterruptedException {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the daemon does not end: pid=" + process.pid());
        }
    }

    /** Ends it in order. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
