package io.tickbus.daemon;

import java.io.IOException;

/**
 * Places at which a test may have the process die, by the system property {@code tickbus.fault=NAME:N}: the N-th time
 * that the place is reached, its thread goes no further and the process is killed with {@code kill -9}. Without the
 * property nothing is there but a constant.
 */
public final class FaultPoints {
    private static final String PROPERTY = System.getProperty("tickbus.fault", "");
    private static final boolean IS_ON = !PROPERTY.isEmpty();
    private static final String NAME = IS_ON ? PROPERTY.substring(0, PROPERTY.indexOf(':')) : "";
    private static final long COUNT = IS_ON ? Long.parseLong(PROPERTY.substring(NAME.length() + 1)) : 0;

    /** Each place is one thread's. */
    private static long reached;

    private FaultPoints() {
    }

    /** Whether the process is to die at a place: then nothing but the real work should pass there. */
    static boolean isOn() {
        return IS_ON;
    }

    /** The thread is here. */
    public static void reach(String name) {
        if (IS_ON && NAME.equals(name) && ++reached == COUNT) {
            die();
        }
    }

    /** A real kill, from outside: no hook runs and no buffer is flushed. Until it comes, this thread stands still. */
    private static void die() {
        try {
            new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("the process could not kill itself", e);
        }
    }
}
