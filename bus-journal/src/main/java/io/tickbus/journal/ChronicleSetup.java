package io.tickbus.journal;

import io.tickbus.core.BusException;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.util.List;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.onoes.Slf4jExceptionHandler;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;

/** What is to be set before the first class of Chronicle Queue is used: it is to be silent, and tell nobody. */
final class ChronicleSetup {
    private static final List<String> EXPORTED = List.of("jdk.internal.misc", "jdk.internal.ref", "sun.nio.ch");
    private static final String OPENED = "java.lang.reflect";

    private static boolean isPrepared;

    private ChronicleSetup() {
    }

    /**
     * Prepares it.
     *
     * @throws BusException SYSTEM where this JVM was started without the flags that Chronicle Queue needs
     */
    static synchronized void prepare() {
        if (isPrepared) {
            return;
        }
        String missing = missingFlags(Object.class.getModule(), SingleChronicleQueue.class.getModule());
        if (!missing.isEmpty()) {
            throw new BusException(BusException.Reason.SYSTEM, "the journal",
                    "this JVM was started without flags that Chronicle Queue needs", "start it with" + missing);
        }
        isPrepared = true;
        // The library that would do it is left out as well.
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
        System.setProperty("disable.resource.warning", "true");
        admitUnsafe();
        // Its notes on its own work are nothing to an operator; its warnings go where the application logs.
        Jvm.setExceptionHandlers(Slf4jExceptionHandler.ERROR, Slf4jExceptionHandler.WARN, null);
    }

    static String missingFlags(Module base, Module user) {
        StringBuilder missing = new StringBuilder();
        for (String exported : EXPORTED) {
            if (!base.isExported(exported, user)) {
                missing.append(" --add-exports java.base/").append(exported).append("=ALL-UNNAMED");
            }
        }
        if (!base.isOpen(OPENED, user)) {
            missing.append(" --add-opens java.base/").append(OPENED).append("=ALL-UNNAMED");
        }
        return missing.toString();
    }

    /**
     * From 24 on the JDK warns, once, of memory access by sun.misc.Unsafe, which is all that Chronicle's is. Whoever
     * started the JVM with this class path knows: where the manifest opens the package, the warning counts as given.
     */
    private static void admitUnsafe() {
        try {
            Method warned = Class.forName("sun.misc.Unsafe").getDeclaredMethod("trySetMemoryAccessWarned");
            warned.setAccessible(true);
            warned.invoke(null);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            // An earlier JDK, or the package is not opened: at worst there are four lines more on standard error.
            return;
        }
    }
}
