// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.core.SignalsOptions;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonMode;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import java.util.Arrays;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A daemon that obeys, line by line: {@code counters}, {@code mode NAME}, {@code stop}, {@code quit}.
 *
 * <p>Arguments: {@code root}, {@code bus}, {@code slots}, {@code group}, {@code mode}, {@code maxClients},
 * {@code maxTimers}, {@code maxTimersPerClient}, {@code idleUs}, {@code idleCpu}.
 */
public final class DaemonMain {
    private final DaemonSettings settings;
    private final TimerDaemon daemon;
    private final Queue<String> commands = ChildArguments.commands();

    private DaemonMain(ChildArguments arguments) {
        settings = DaemonSettings.defaults()
                .with(DaemonSetting.MODE, mode(arguments.text("mode", "hybrid")))
                .with(DaemonSetting.QUOTA_CLIENTS, arguments.number("maxClients", 64))
                .withQuotas(arguments.number("maxTimers", 2_000_000), arguments.number("maxTimersPerClient", 1_000_000))
                .with(DaemonSetting.IDLE_LATENCY, number(arguments.text("idleUs", null)))
                .with(DaemonSetting.IDLE_CPUS, Stream.ofNullable(number(arguments.text("idleCpu", null))).toList());
        daemon = TimerDaemon.open(DaemonContext.of(arguments.directory())
                .signals(SignalsOptions.defaults().withSlotCount(arguments.number("slots", 1 << 16))
                        .withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(20))
                        .withGroup(arguments.text("group", null)))
                .settings(settings));
    }

    private static Integer number(String text) {
        return text == null ? null : Integer.valueOf(text);
    }

    private static DaemonMode mode(String name) {
        return DaemonMode.valueOf(name.toUpperCase(Locale.ROOT));
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> new DaemonMain(new ChildArguments(arguments)).obey());
    }

    private int obey() {
        daemon.start();
        ChildArguments.say("READY epoch=" + daemon.publisher().epoch());
        while (true) {
            String command = commands.poll();
            if (command == null) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            } else if (command.equals(ChildArguments.END)) {
                daemon.close();
                return 0;
            } else {
                obey(command.split(" ", -1));
            }
        }
    }

    private void obey(String... words) {
        switch (words[0]) {
            case "counters" -> ChildArguments.say("COUNTERS " + Arrays.stream(DaemonCounter.values())
                    .map(counter -> counter.name() + "=" + daemon.counters().value(counter))
                    .collect(Collectors.joining(" ")));
            case "mode" -> daemon.reload(settings.with(DaemonSetting.MODE, mode(words[1])));
            default -> throw new IllegalArgumentException("command=" + words[0]);
        }
        ChildArguments.say("DONE " + words[0]);
    }
}
