// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * SIGHUP as a request to read settings again. Without a listener the signal ends the JVM, as usual.
 *
 * <p>It goes through {@code sun.misc.Signal}, by reflection: the compiler warns of a mention of that class, and there
 * is no other way to handle a signal that every JDK since 17 has.
 *
 * <p><b>Threads:</b> the action runs on a thread of its own for each signal, one after the other.
 */
public final class SighupHandler implements AutoCloseable {
    private static final String NAME = "HUP";

    private final Object signal;
    private final Object formerHandler;
    private final boolean isListening;

    private SighupHandler(Object signal, Object formerHandler, boolean isListening) {
        this.signal = signal;
        this.formerHandler = formerHandler;
        this.isListening = isListening;
    }

    /** Listens until closed. */
    public static SighupHandler listen(Runnable action) {
        try {
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object signal = Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(NAME);
            Object turn = new Object();
            Object handler = Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType},
                    (proxy, method, args) -> answer(proxy, method, args, () -> {
                        synchronized (turn) {
                            action.run();
                        }
                    }));
            Object former = handle(signal, handler);
            // A process started with SIGHUP ignored, as by nohup, never receives it: the JVM leaves that as it is.
            boolean isIgnored = former != null && former.equals(handlerType.getField("SIG_IGN").get(null));
            return new SighupHandler(signal, former, !isIgnored);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // Another JVM, or one with -Xrs, which leaves signals to others.
            System.getLogger(SighupHandler.class.getName()).log(System.Logger.Level.DEBUG, "no SIGHUP", e);
            return new SighupHandler(null, null, false);
        }
    }

    private static Object answer(Object proxy, Method method, Object[] args, Runnable action) {
        return switch (method.getName()) {
            case "equals" -> proxy == args[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> "tickbus reload";
            default -> {
                action.run();
                yield null;
            }
        };
    }

    private static Object handle(Object signal, Object handler) throws ReflectiveOperationException {
        try {
            return signal.getClass().getMethod("handle", signal.getClass(), Class.forName("sun.misc.SignalHandler"))
                    .invoke(null, signal, handler);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("the JVM does not allow a handler: signal=" + NAME, e);
        }
    }

    /** Whether the signal comes here: not in a process that was started to ignore it, or whose JVM keeps it. */
    public boolean isListening() {
        return isListening;
    }

    /** Restores the former handler. */
    @Override
    public void close() {
        if (signal != null && formerHandler != null) {
            try {
                handle(signal, formerHandler);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
