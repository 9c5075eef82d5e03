// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.platform.FutexWord;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Rings the doorbell at least {@code times} times, until it was truncated at least once, and prints {@code RUNG
 * faults=…}: how many faults the JVM reported. Arguments: {@code root}, {@code bus}, {@code times}.
 */
public final class RingerMain {
    private final Doorbell doorbell;
    private final FutexWord futex;
    private int remaining;

    private RingerMain(ChildArguments arguments) {
        doorbell = Doorbell.attach(arguments.directory());
        futex = doorbell.futexWord(DoorbellLayout.DAEMON_WORD);
        remaining = arguments.number("times", 0);
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> new RingerMain(new ChildArguments(arguments)).run());
    }

    private int run() {
        Queue<String> commands = ChildArguments.commands();
        ChildArguments.say("ATTACHED");
        AtomicInteger faults = new AtomicInteger();
        FaultBoundary.run(() -> {
            // However late the first truncation comes; the only command there can be is END, when the parent has ended.
            while (remaining > 0 || (faults.get() == 0 && commands.isEmpty())) {
                remaining--;
                doorbell.ring(DoorbellLayout.DAEMON_WORD, futex);
                if (doorbell.isLost()) {
                    faults.incrementAndGet();
                    doorbell.restore();
                }
            }
        }, fault -> doorbell.lose());
        ChildArguments.say("RUNG faults=" + faults);
        return 0;
    }
}
