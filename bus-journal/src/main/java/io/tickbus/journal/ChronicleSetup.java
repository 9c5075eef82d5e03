// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusException;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.util.List;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.onoes.Slf4jExceptionHandler;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;

/** Sets up Chronicle Queue before its first class is used: no output of its own, and no analytics. */
final class ChronicleSetup {
    private static final List<String> EXPORTED = List.of("jdk.internal.misc", "jdk.internal.ref", "sun.nio.ch");
    private static final String OPENED = "java.lang.reflect";

    private static boolean prepared;

    private ChronicleSetup() {
    }

    /**
     * Prepares Chronicle Queue.
     *
     * @throws BusException SYSTEM if this JVM was started without the flags that Chronicle Queue needs
     */
    static synchronized void prepare() {
        if (prepared) {
            return;
        }
        String missing = missingFlags(Object.class.getModule(), SingleChronicleQueue.class.getModule());
        if (!missing.isEmpty()) {
            throw new BusException(BusException.Reason.SYSTEM, "the journal",
                    "this JVM was started without flags that Chronicle Queue needs", "start it with" + missing);
        }
        prepared = true;
        // The analytics library is not on the class path either.
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
        System.setProperty("disable.resource.warning", "true");
        allowUnsafe();
        // An operator does not need its informational messages; its warnings go to the application's log.
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
     * From version 24 on, the JDK warns once about memory access by sun.misc.Unsafe, on which Chronicle relies. Whoever
     * started the JVM with this class path knows that: if the manifest opens the package, the warning is suppressed.
     */
    private static void allowUnsafe() {
        try {
            Method warned = Class.forName("sun.misc.Unsafe").getDeclaredMethod("trySetMemoryAccessWarned");
            warned.setAccessible(true);
            warned.invoke(null);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            // An earlier JDK, or the package is not opened: at worst, four more lines on standard error.
            return;
        }
    }
}
