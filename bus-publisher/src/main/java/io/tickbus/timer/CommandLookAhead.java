package io.tickbus.timer;

import io.tickbus.core.timer.TimerCommand;

/**
 * Looks at what some commands are about to look at, all at once: among millions of timers neither a timer nor its key's
 * place in the index, nor that in the log of those that fired, is in the cache, and each would be waited for on its
 * own. Changes nothing.
 *
 * <p><b>Threads:</b> the engine's. <b>Progress:</b> wait-free, allocates nothing.
 */
public final class CommandLookAhead {
    private static final int MOST = 64;

    private final TimerStore store;
    private final int[] firsts = new int[MOST];
    /** Without a meaning: keeps the looks from being left out. */
    @SuppressWarnings("UnusedVariable")
    private long seen;

    private CommandLookAhead(TimerStore store) {
        this.store = store;
    }

    /** For the commands of an engine. */
    public static CommandLookAhead of(TimerEngine engine) {
        return new CommandLookAhead(engine.store());
    }

    /**
     * Before {@link TimerEngine#execute} of these commands.
     *
     * @param count how many of the commands, from the first on; the first 64 of them are looked at
     */
    public void lookAt(int owner, TimerCommand[] commands, int count) {
        KeyIndex index = store.index();
        TimerTable table = store.table();
        int length = table.usedEver() == 0 ? 0 : Math.min(count, MOST);
        long sum = 0;
        for (int i = 0; i < length; i++) {
            long hash = index.hash(owner, commands[i].key());
            firsts[i] = Math.max(0, index.first(hash));
            sum += store.fired().log().generationAt(hash);
        }
        for (int i = 0; i < length; i++) {
            sum += table.key(firsts[i]) + table.cap(firsts[i]);
        }
        seen = sum;
    }
}
