// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.daemon.CrashingDaemon;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import io.tickbus.daemon.journal.JournalProvider;
import io.tickbus.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A daemon with a journal in a JVM of its own, which the test kills. */
final class DaemonChild implements AutoCloseable {
    /** Property of the child: {@link Killer}. */
    static final String KILL_AT = "tickbus.test.killAt";
    private static final String READY = "ready";

    private final ChildJvm jvm;

    private DaemonChild(ChildJvm jvm) {
        this.jvm = jvm;
    }

    /** Runs in the child. */
    public static void main(String[] args) {
        BusDirectory directory = BusDirectory.at(Path.of(args[0]), "bus");
        // A new file every hour would make the journal thread wait for the disk in the middle of a test.
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

    /** Starts a daemon, and returns once it serves. */
    static DaemonChild start(Path root, Path journal, String... jvmArgs) {
        return start(root, journal, 1L << 28, 1 << 16, List.of(jvmArgs));
    }

    static DaemonChild start(Path root, Path journal, long snapshotBytes, int slots, List<String> jvmArgs) {
        ChildJvm jvm = new ChildJvm.Builder(Path.of(""), DaemonChild.class, List.of(root.toString(),
                journal.toString(), Long.toString(snapshotBytes), Integer.toString(slots))).accessFlagsOfThisJvm()
                .flags(jvmArgs.toArray(String[]::new)).flags("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .under(prefix()).start();
        jvm.expect(READY);
        return new DaemonChild(jvm);
    }

    private static List<String> prefix() {
        String prefix = System.getProperty("tickbus.test.prefix", "");
        return prefix.isEmpty() ? List.of() : List.of(prefix.split(" ", -1));
    }

    boolean isAlive() {
        return jvm.isAlive();
    }

    long pid() {
        return jvm.pid();
    }

    void kill() {
        jvm.kill();
    }

    void awaitDeath() {
        jvm.exitCode();
    }

    /** Ends it cleanly. */
    @Override
    public void close() {
        jvm.terminate();
        jvm.exitCode();
    }
}
