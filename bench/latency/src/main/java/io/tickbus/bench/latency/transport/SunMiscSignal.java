// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.PosixSignals;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * {@code kill} and a handler of {@code sun.misc.Signal}, by reflection, since the compiler warns of a mention of it.
 * The JVM runs each on a thread of its own, and signals merge with one that is pending.
 */
final class SunMiscSignal implements Transport {
    private static final long NAP_MS = 10;

    private SharedMessages messages;
    private Reception reception;
    private long taken;
    private long wakes;

    @Override
    public String settings() {
        return "kill(2) with SIGUSR1 and a sun.misc.Signal handler, which the JVM runs on a thread of its own for each";
    }

    @Override
    public void openSender(Path directory) throws IOException {
        messages = SharedMessages.open(directory.resolve("java-signal"));
    }

    @Override
    public void openReceiver(Path directory) throws IOException, ReflectiveOperationException {
        openSender(directory);
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object signal = Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance("USR1");
        Object handler = Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType},
                (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() != Object.class) {
                        onSignal();
                        return null;
                    }
                    return switch (method.getName()) {
                        case "equals" -> proxy == arguments[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> "handler";
                    };
                });
        signal.getClass().getMethod("handle", signal.getClass(), handlerType).invoke(null, signal, handler);
        messages.receiver(ProcessHandle.current().pid());
    }

    @Override
    public void send(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            burst.awaitDue(i);
            messages.put(burst.first() + i, burst.dueNs(i));
            int result = PosixSignals.kill(messages.receiver(), PosixSignal.SIGUSR1);
            if (result != PosixSignals.SENT) {
                throw new IllegalStateException("a signal cannot be sent: errno=" + result);
            }
        }
    }

    private void onSignal() {
        long observedNs = System.nanoTime();
        synchronized (this) {
            if (reception != null) {
                wakes++;
                taken = messages.takeSent(taken, reception, observedNs);
                notifyAll();
            }
        }
    }

    @Override
    public void receive(Burst burst, Reception newReception) {
        synchronized (this) {
            taken = burst.first();
            wakes = 0;
            reception = newReception;
            try {
                while (!newReception.isComplete() && System.nanoTime() < burst.giveUpNs()) {
                    TimeUnit.MILLISECONDS.timedWait(this, NAP_MS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            reception = null;
            newReception.coalesced = Math.max(0, newReception.taken - wakes);
        }
    }
}
