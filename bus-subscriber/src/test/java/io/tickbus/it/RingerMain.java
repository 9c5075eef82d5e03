package io.tickbus.it;

import io.tickbus.core.bus.Doorbell;
import io.tickbus.core.layout.DoorbellLayout;
import io.tickbus.core.memory.MappedFault;
import io.tickbus.core.platform.FutexWord;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Rings for the daemon, {@code times} over, and says {@code RUNG faults=…}: how often the JVM reported that the
 * doorbell was shortened under it. Arguments: {@code root}, {@code bus}, {@code times}.
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
        ChildArguments.say("ATTACHED");
        AtomicInteger faults = new AtomicInteger();
        MappedFault.guard(() -> {
            while (remaining > 0) {
                remaining--;
                doorbell.ring(DoorbellLayout.DAEMON_WORD, futex);
            }
        }, fault -> faults.incrementAndGet());
        ChildArguments.say("RUNG faults=" + faults);
        return 0;
    }
}
