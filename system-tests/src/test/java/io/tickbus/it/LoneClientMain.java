// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import java.util.Queue;

/** A client in a process of its own: obeys {@code arm KEY DEADLINE} and prints the replies that it gets. */
public final class LoneClientMain {
    private LoneClientMain() {
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> {
            Queue<String> commands = ChildArguments.commands();
            TimerClientOptions options = TimerClientOptions.defaults().withConnectTimeoutNs(20_000_000_000L);
            try (TimerClient client = TimerClient.connect(new ChildArguments(arguments).directory(), options)) {
                ChildArguments.say("CONNECTED owner=" + client.owner());
                serve(commands, client);
            }
            return 0;
        });
    }

    private static void serve(Queue<String> commands, TimerClient client) {
        long first = TimerClient.FULL;
        while (true) {
            client.pollReplies(reply ->
                    ChildArguments.say("REPLY key=" + reply.key() + " code=" + reply.code()), 10);
            String command = commands.poll();
            if (ChildArguments.END.equals(command)) {
                return;
            }
            if (command != null) {
                String[] words = command.split(" ", -1);
                long number = client.arm(Long.parseLong(words[1]), 0, Long.parseLong(words[2]));
                first = first == TimerClient.FULL ? number : first;
                ChildArguments.say("SENT sequence=" + (number - first) + " rings=" + client.rings());
            }
            Thread.onSpinWait();
        }
    }
}
