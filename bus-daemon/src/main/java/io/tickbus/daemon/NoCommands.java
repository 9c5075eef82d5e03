package io.tickbus.daemon;

import io.tickbus.core.timer.ReplyReason;

/** No clients: for a loop whose timers its own process armed. */
class NoCommands implements CommandSource {
    @Override
    public boolean hasNews() {
        return false;
    }

    @Override
    public int stage() {
        return 0;
    }

    @Override
    public void execute(long nowNs) {
        // There is nobody.
    }

    @Override
    public boolean evictFaulty() {
        return false;
    }

    @Override
    public void checkSound() {
        // There is nothing of its own.
    }

    @Override
    public void dismissAll(ReplyReason reason) {
        // There is nobody.
    }

    @Override
    public void announceSleep(long untilNs) {
        // Nobody asks.
    }

    @Override
    public void announceAwake() {
        // Nobody asks.
    }
}
