// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.local;

import io.tickbus.cli.BusOptions;
import io.tickbus.cluster.aeron.MemberOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.subscriber.SignalSubscriber;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.IoUtil;

/**
 * Hosts as processes of this machine, each with a folder, and so with a bus and a daemon, of its own. Closing it ends
 * them and removes what they have written.
 */
public final class LocalHosts implements AutoCloseable {
    private static final long START_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long END_TIMEOUT_S = 10;
    private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final String BUSES = "buses";

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private volatile boolean isStopped;

    private LocalHosts(Path folder) {
        this.folder = folder;
    }

    /**
     * None yet.
     *
     * @param use part of the folder's name in shared memory
     */
    public static LocalHosts create(String use) {
        try {
            return new LocalHosts(Files.createTempDirectory(Path.of("/dev/shm"), "tickbus-cluster-" + use));
        } catch (IOException e) {
            throw new UncheckedIOException("no folder can be made in /dev/shm", e);
        }
    }

    /** Addresses on 127.0.0.1 for members, with free ports. */
    public static List<String> addresses(int count) {
        List<String> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add("127.0.0.1:" + freePorts());
        }
        return members;
    }

    /** The first of as many free ports in a row as a member needs. */
    private static int freePorts() {
        while (true) {
            List<DatagramSocket> sockets = new ArrayList<>();
            try {
                DatagramSocket first = new DatagramSocket();
                sockets.add(first);
                for (int i = 1; i < MemberOptions.PORTS; i++) {
                    sockets.add(new DatagramSocket(first.getLocalPort() + i));
                }
                return first.getLocalPort();
            } catch (IOException | IllegalArgumentException e) {
                // One of them is taken, or beyond the last: others are tried.
                Thread.onSpinWait();
            } finally {
                sockets.forEach(DatagramSocket::close);
            }
        }
    }

    /** What a host is called, by its place from 0. */
    public static String name(int host) {
        return "host-" + (host + 1);
    }

    /** A host's folder. */
    public Path folder(String host) {
        try {
            return Files.createDirectories(folder.resolve(host));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A bus of a host. */
    public BusDirectory bus(String host, String bus) {
        return BusDirectory.at(folder(host).resolve(BUSES), bus);
    }

    /** The bus of a host's daemon. */
    public BusDirectory bus(int host) {
        return bus(name(host), BusOptions.DEFAULT_BUS);
    }

    /** Starts a member, with the daemon in its process or beside it. */
    public Process member(List<String> prefix, List<String> members, int host, boolean isWithDaemon) {
        List<String> words = new ArrayList<>(List.of("cluster", "member", "--members", String.join(",", members),
                "--index", Integer.toString(host), "--name", name(host), "--folder",
                folder(name(host)).resolve("log").toString(), "--dir", folder(name(host)).resolve(BUSES).toString()));
        if (isWithDaemon) {
            words.add("--with-daemon");
        } else {
            daemon(name(host));
        }
        return start(prefix, name(host), "member", "io.tickbus.cluster.ClusterMain", words);
    }

    /** Starts a host's daemon. */
    public Process daemon(String host) {
        return start(List.of(), host, "daemon", "io.tickbus.cli.Tickbus", List.of("daemon", "--dir",
                folder(host).resolve(BUSES).toString()));
    }

    /** Starts a program of this class path on a host; its output goes to a file there. */
    public Process start(List<String> prefix, String host, String use, String main, List<String> words) {
        List<String> line = new ArrayList<>(prefix);
        line.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
                "-Xmx256m", "--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), main));
        line.addAll(words);
        try {
            Process process = new ProcessBuilder(line).redirectOutput(folder(host).resolve(use + ".out").toFile())
                    .redirectError(folder(host).resolve(use + ".err").toFile()).start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program of a host has printed. */
    public String output(String host, String use) {
        try {
            return Files.readString(folder(host).resolve(use), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the agents of the first hosts serve. */
    public void awaitServing(int hosts) {
        for (int i = 0; i < hosts; i++) {
            String name = name(i);
            await("the member of " + name + " does not serve",
                    () -> output(name, "member.out").stripTrailing().lines().reduce("", (all, last) -> last)
                            .startsWith("serving"));
        }
    }

    /** Reads a bus from now on, which may not be there yet. */
    public SignalSubscriber attach(BusDirectory bus) {
        SignalSubscriber[] attached = new SignalSubscriber[1];
        await("there is no bus " + bus, () -> {
            try {
                attached[0] = SignalSubscriber.attach(bus);
                return true;
            } catch (BusException e) {
                return false;
            }
        });
        return attached[0];
    }

    /**
     * Waits until something is so, a minute at most.
     *
     * @throws BusException after that time, or after {@link #stop}
     */
    public void await(String trouble, BooleanSupplier condition) {
        long untilNs = System.nanoTime() + START_TIMEOUT_NS;
        while (!condition.getAsBoolean()) {
            if (isStopped || System.nanoTime() > untilNs) {
                throw new BusException(BusException.Reason.TIMEOUT, "hosts of this machine", isStopped ? "stopped"
                        : trouble, "run it again; with less load if that does not help");
            }
            LockSupport.parkNanos(NAP_NS);
        }
    }

    /** Makes whatever waits give up. For any thread. */
    public void stop() {
        isStopped = true;
    }

    /** Whether {@link #stop} was called. */
    public boolean isStopped() {
        return isStopped;
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        for (Process process : processes) {
            try {
                process.waitFor(END_TIMEOUT_S, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        IoUtil.delete(folder.toFile(), true);
    }
}
