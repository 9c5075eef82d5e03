package io.tickbus.bench.latency.timers;

/** Tells who waits what is going on. */
final class Progress {
    private Progress() {
    }

    static void say(String sentence) {
        System.err.println("timers: " + sentence);
    }
}
