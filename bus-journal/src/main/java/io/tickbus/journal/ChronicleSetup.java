package io.tickbus.journal;

import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.onoes.Slf4jExceptionHandler;

/** What is to be set before the first class of Chronicle Queue is used: it is to be silent, and tell nobody. */
final class ChronicleSetup {
    private static boolean isPrepared;

    private ChronicleSetup() {
    }

    static synchronized void prepare() {
        if (isPrepared) {
            return;
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
