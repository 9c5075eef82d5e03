// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import java.util.concurrent.TimeUnit;

/** The options that say whose timers are meant, beside those that say which bus. */
public final class ClientOptions extends BusOptions {
    /** The name under which all commands share their timers. */
    public static final String DEFAULT_NAME = "cli";
    /** How long the daemon may take to answer, since its disk may be slow; less than Ctrl-C waits for the command. */
    static final long ANSWER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(8);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    private final Option<String> clientName;

    /** Of a command. */
    public ClientOptions(CommandSpec command) {
        super(command);
        clientName = command.option("--client-name", "NAME", text -> text,
                "Whose timers: all clients of yours of one name share them.").standard(DEFAULT_NAME);
    }

    /** Connects to the bus's daemon. */
    TimerClient connect() {
        return TimerClient.connect(directory(),
                TimerClientOptions.defaults().withName(clientName.get()).withConnectTimeoutNs(CONNECT_TIMEOUT_NS));
    }

    /** The name whose timers are meant. */
    String clientName() {
        return clientName.get();
    }
}
