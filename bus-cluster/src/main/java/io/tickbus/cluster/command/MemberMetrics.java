// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import com.sun.net.httpserver.HttpServer;
import io.tickbus.cluster.aeron.ClusterHost;
import io.tickbus.cluster.host.HostClock;
import io.tickbus.core.BusException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What a member tells Prometheus, at {@code /metrics}; the alerts are in {@code deploy/prometheus}.
 *
 * <p><b>Threads:</b> one of its own, which reads what the member's threads have counted.
 */
final class MemberMetrics implements AutoCloseable {
    private static final double NS_PER_S = TimeUnit.SECONDS.toNanos(1);

    private final HttpServer server;

    private MemberMetrics(HttpServer server) {
        this.server = server;
    }

    /** Serves a member's metrics at {@code host:port}. */
    static MemberMetrics serve(String place, ClusterHost member, String host) {
        int colon = place.lastIndexOf(':');
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(place.substring(0, colon),
                    Integer.parseInt(place.substring(colon + 1))), 0);
            HostClock clock = HostClock.system();
            server.createContext("/metrics", exchange -> {
                byte[] body = text(member, host, clock.boundNs()).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            return new MemberMetrics(server);
        } catch (IOException | UncheckedIOException e) {
            throw new BusException(BusException.Reason.SYSTEM, "metrics at " + place, BusException.why(e),
                    "choose a free port, and an address of this host");
        }
    }

    /** Checks a place as it is typed. */
    static String place(String text) {
        String port = text.substring(text.lastIndexOf(':') + 1);
        if (text.lastIndexOf(':') < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("a place is HOST:PORT: place=" + text);
        }
        return text;
    }

    static String text(ClusterHost member, String host, long boundNs) {
        StringBuilder text = new StringBuilder();
        add(text, host, "serving", "gauge", "1 while this host fires", member.agent().isServing() ? 1 : 0);
        add(text, host, "leader", "gauge", "1 while this member leads", member.isLeader() ? 1 : 0);
        add(text, host, "log_position_bytes", "gauge", "Up to where this host has applied the log",
                member.position());
        add(text, host, "lag_seconds", "gauge", "How late the latest entry was applied here, or for how long none came",
                member.agent().lagNs() / NS_PER_S);
        add(text, host, "firings_total", "counter", "Firings of timers of all hosts on this one",
                member.agent().firings());
        add(text, host, "maybe_duplicates_total", "counter", "Of these, those that another may have fired too",
                member.agent().flagged());
        add(text, host, "missed_total", "counter", "Occurrences that did not fire here, by policy, lease or age",
                member.agent().missed());
        add(text, host, "maybe_early_total", "counter", "Not-before firings in whose moment the clock's bound grew",
                member.agent().maybeEarly());
        add(text, host, "snapshots_total", "counter", "Snapshots since the member was started; 0 of a follower",
                member.snapshots());
        add(text, host, "clock_error_seconds", "gauge", "The most that this host's clock can be wrong; NaN: unknown",
                boundNs < 0 ? Double.NaN : boundNs / NS_PER_S);
        return text.toString();
    }

    private static void add(StringBuilder text, String host, String name, String type, String help, long value) {
        add(text, host, name, type, help, Long.toString(value));
    }

    private static void add(StringBuilder text, String host, String name, String type, String help, double value) {
        add(text, host, name, type, help, Double.isNaN(value) ? "NaN" : String.format(Locale.ROOT, "%.9f", value));
    }

    private static void add(StringBuilder text, String host, String name, String type, String help, String value) {
        String full = "tickbus_cluster_" + name;
        text.append("# HELP ").append(full).append(' ').append(help).append("\n# TYPE ").append(full).append(' ')
                .append(type).append('\n').append(full).append("{host=\"").append(host).append("\"} ")
                .append(value).append('\n');
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
