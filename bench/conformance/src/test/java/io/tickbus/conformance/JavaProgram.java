// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The conformance program in Java; the kit's README says what each command does and prints. */
public final class JavaProgram {
    private static final int WRONG_ARGUMENTS = 2;

    private JavaProgram() {
    }

    /** Runs one command. */
    public static void main(String... words) throws IOException {
        Arguments arguments = new Arguments(words);
        Map<String, Object> result = run(words[0], arguments);
        System.out.println(JSON.std.asString(result));
        System.out.flush();
        boolean isFailed = result.containsKey("error");
        if (arguments.text("--close", "yes").equals("no")) {
            // As if it died: no shutdown hook, no close.
            Runtime.getRuntime().halt(isFailed ? 1 : 0);
        }
        System.exit(isFailed ? 1 : 0);
    }

    static Map<String, Object> run(String command, Arguments arguments) {
        try {
            return ran(command, arguments);
        } catch (BusException e) {
            Map<String, Object> result = result(command);
            result.put("errors", 1);
            result.put("error", ErrorNames.of(e));
            result.put("text", e.getMessage());
            return result;
        }
    }

    private static Map<String, Object> ran(String command, Arguments arguments) {
        return switch (command) {
            case "subscribe" -> new SubscribeCommand(arguments).run();
            case "publish" -> publish(arguments);
            case "torture" -> new TorturePublisher(arguments).run();
            case "timers" -> new TimersCommand(arguments).run();
            case "latency" -> new LatencyCommand(arguments).run();
            case "check" -> check(arguments.bus());
            case "read" -> read(arguments.bus());
            default -> {
                System.err.println("usage: subscribe|publish|torture|timers|latency|check|read --bus DIRECTORY …");
                System.exit(WRONG_ARGUMENTS);
                yield Map.of();
            }
        };
    }

    static Map<String, Object> result(String role) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("language", "java");
        result.put("role", role);
        return result;
    }

    static void ready() {
        System.out.println("READY");
        System.out.flush();
    }

    static Map<String, Object> check(BusDirectory bus) {
        Map<String, Object> result = result("check");
        try {
            SignalsFile.attach(bus);
            result.put("ok", true);
        } catch (BusException e) {
            result.put("ok", false);
            result.put("error", ErrorNames.of(e));
        }
        return result;
    }

    /** All that is there, without waiting. */
    static Map<String, Object> read(BusDirectory bus) {
        Map<String, Object> result = result("read");
        List<Object> signals = new ArrayList<>();
        try (SignalSubscriber subscriber =
                SignalSubscriber.attach(bus, SubscriberOptions.defaults().joinAtOldest())) {
            long first = subscriber.sequence();
            for (long before = -1; before != subscriber.sequence();) {
                before = subscriber.sequence();
                subscriber.poll(signal -> signals.add(GoldenFiles.row(signal)), Integer.MAX_VALUE);
            }
            result.put("received", subscriber.received());
            result.put("lost", subscriber.lost());
            result.put("absent", subscriber.filtered());
            result.put("first", first);
            result.put("last", subscriber.sequence() - 1);
            result.put("status", subscriber.publisherStatus().name());
            result.put("errors", 0);
            result.put("signals", signals);
        }
        return result;
    }

    private static Map<String, Object> publish(Arguments arguments) {
        long count = arguments.number("--count", 0);
        long rate = arguments.number("--rate", 0);
        int slots = (int) arguments.number("--slots", SignalsOptions.DEFAULT_SLOT_COUNT);
        SignalPublisher publisher =
                SignalPublisher.open(arguments.bus(), SignalsOptions.defaults().withSlotCount(slots));
        ready();
        long first = publisher.nextSequence();
        long startNs = System.nanoTime();
        SignalRecord signal = new SignalRecord();
        for (long i = 0; i < count; i++) {
            long dueNs = rate == 0 ? startNs : startNs + i * TimeUnit.SECONDS.toNanos(1) / rate;
            while (rate > 0 && System.nanoTime() < dueNs) {
                LockSupport.parkNanos(dueNs - System.nanoTime());
            }
            publisher.publish(Content.fill(signal, publisher.nextSequence()));
        }
        if (!arguments.text("--close", "yes").equals("no")) {
            publisher.close();
        }
        Map<String, Object> result = result("publish");
        result.put("published", count);
        result.put("first", first);
        result.put("errors", 0);
        return result;
    }
}
