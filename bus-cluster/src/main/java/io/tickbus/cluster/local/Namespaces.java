// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.local;

import io.tickbus.core.BusException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Hosts as network namespaces: each has one interface, and all of these are joined by a bridge in a namespace of its
 * own. Nothing of the machine's own network is touched.
 */
public final class Namespaces implements AutoCloseable {
    /** All links, for one command. */
    private static final String GROUP = "7";

    private final String prefix = "tb" + ProcessHandle.current().pid() + "-";
    private final List<String> names = new ArrayList<>();

    private Namespaces() {
    }

    /**
     * Makes hosts 1 to a number.
     *
     * @throws BusException SYSTEM, with the reason, where this user or kernel may not
     */
    public static Namespaces create(int hosts) {
        Namespaces made = new Namespaces();
        try {
            made.add("net");
            check("no bridge", ip("-n", made.prefix + "net", "link", "add", "br0", "type", "bridge"));
            ip("-n", made.prefix + "net", "link", "set", "br0", "up");
            for (int host = 1; host <= hosts; host++) {
                made.join(host);
            }
            return made;
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
    }

    private static void check(String trouble, String refused) {
        if (!refused.isEmpty()) {
            throw new BusException(BusException.Reason.SYSTEM, "hosts with a network of their own", trouble
                    + " can be made (" + refused + ")", "run it as root, with iproute2, on a kernel that has network "
                    + "namespaces");
        }
    }

    private void add(String name) {
        check("no network namespace", ip("netns", "add", prefix + name));
        names.add(prefix + name);
        ip("-n", prefix + name, "link", "set", "lo", "up");
    }

    private void join(int host) {
        add("h" + host);
        String name = prefix + "h" + host;
        check("no veth", ip("-n", prefix + "net", "link", "add", "p" + host, "type", "veth", "peer", "name", "eth0",
                "netns", name));
        ip("-n", prefix + "net", "link", "set", "p" + host, "group", GROUP, "master", "br0", "up");
        ip("-n", name, "addr", "add", address(host) + "/24", "dev", "eth0");
        ip("-n", name, "link", "set", "eth0", "up");
    }

    /** A host's address in that network. */
    public static String address(int host) {
        return "10.77.0." + host;
    }

    /** What to write before a command that is to run on a host. */
    public List<String> on(int host) {
        return List.of("ip", "netns", "exec", prefix + "h" + host);
    }

    /** Cuts a host off, or joins it again. */
    public void link(int host, boolean isUp) {
        ip("-n", prefix + "h" + host, "link", "set", "eth0", isUp ? "up" : "down");
    }

    /** Cuts all hosts off at once, or joins them again. */
    public void links(boolean isUp) {
        ip("-n", prefix + "net", "link", "set", "group", GROUP, isUp ? "up" : "down");
    }

    /** Delays what a host sends, and loses some of it; returns why not, or nothing. */
    public String impair(int host, String... what) {
        List<String> line = new ArrayList<>(on(host));
        line.addAll(List.of("tc", "qdisc", "replace", "dev", "eth0", "root", "netem"));
        line.addAll(List.of(what));
        return run(line);
    }

    private static String ip(String... words) {
        List<String> line = new ArrayList<>(List.of("ip"));
        line.addAll(List.of(words));
        return run(line);
    }

    /** Runs a command; returns what it complains of. */
    private static String run(List<String> line) {
        try {
            Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? "" : output.isEmpty() ? "it fails" : output;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        names.forEach(name -> ip("netns", "del", name));
        names.clear();
    }
}
