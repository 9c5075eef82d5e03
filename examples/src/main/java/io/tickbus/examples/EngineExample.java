// SPDX-License-Identifier: Apache-2.0
package io.tickbus.examples;

import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;

/** The engine alone: no files, no threads, one's own loop. docs/GUIDE.md quotes what is between the markers. */
public final class EngineExample {
    private EngineExample() {
    }

    public static void main(String[] arguments) {
        run();
    }

    static void run() {
        // GUIDE: begin
        TimerEngine timers = TimerEngine.create(TimerQuotas.DEFAULT);
        timers.arm(1, 42, System.nanoTime() + 1_000_000); // key 1, signal id 42, once in 1 ms
        while (timers.nextDeadlineNs() != Long.MAX_VALUE) {
            timers.expire(System.nanoTime(), 64, firing -> {
                System.out.println("key " + firing.key() + " is due");
                return 0; // the number of this firing, where you count them
            });
        }
        // GUIDE: end
    }
}
