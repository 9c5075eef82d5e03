package io.tickbus.it;

import io.tickbus.core.bus.Doorbell;
import io.tickbus.core.layout.DoorbellLayout;
import io.tickbus.core.platform.FutexWord;

/**
 * Rings for the daemon, {@code times} over, and says {@code RUNG faults=…}: how often the JVM reported that the
 * doorbell was shortened under it. Arguments: {@code root}, {@code bus}, {@code times}.
 */
public final class RingerMain {
    private RingerMain() {
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> run(new ChildArguments(arguments)));
    }

    private static int run(ChildArguments arguments) {
        Doorbell doorbell = Doorbell.attach(arguments.directory());
        FutexWord futex = doorbell.futexWord(DoorbellLayout.DAEMON_WORD);
        ChildArguments.say("ATTACHED");
        int faults = 0;
        for (int times = arguments.number("times", 0); times > 0; times--) {
            try {
                doorbell.ring(DoorbellLayout.DAEMON_WORD, futex);
            } catch (InternalError e) {
                faults++;
            }
        }
        ChildArguments.say("RUNG faults=" + faults);
        return 0;
    }
}
