// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.clocks;

import io.tickbus.core.BusException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.util.Optional;

/**
 * {@code clock_gettime(int, long)} through java.lang.foreign, which JDK 22 and newer have: by reflection, since this is
 * compiled for 17. The handle is a constant, as it must be to be fast.
 */
final class ForeignClock {
    /** Takes an int and a long, gives an int; null where there is none. */
    static final MethodHandle HANDLE;
    /** Why there is none. */
    static final String REASON;
    private static final int FIRST_WITHOUT_PREVIEW = 22;

    static {
        MethodHandle handle = null;
        String reason = "JDK 22 or newer has it";
        if (Runtime.version().feature() >= FIRST_WITHOUT_PREVIEW) {
            try {
                handle = link();
                reason = "";
            } catch (ReflectiveOperationException e) {
                reason = "it cannot be linked: " + BusException.why(e);
            }
        }
        HANDLE = handle;
        REASON = reason;
    }

    private ForeignClock() {
    }

    private static MethodHandle link() throws ReflectiveOperationException {
        Class<?> linkerType = Class.forName("java.lang.foreign.Linker");
        Class<?> layoutType = Class.forName("java.lang.foreign.MemoryLayout");
        Class<?> segmentType = Class.forName("java.lang.foreign.MemorySegment");
        Class<?> descriptorType = Class.forName("java.lang.foreign.FunctionDescriptor");
        Class<?> optionType = Class.forName("java.lang.foreign.Linker$Option");
        Class<?> valueType = Class.forName("java.lang.foreign.ValueLayout");
        Object linker = linkerType.getMethod("nativeLinker").invoke(null);
        Object lookup = linkerType.getMethod("defaultLookup").invoke(linker);
        Optional<?> symbol = (Optional<?>) Class.forName("java.lang.foreign.SymbolLookup")
                .getMethod("find", String.class).invoke(lookup, "clock_gettime");
        Object anInt = valueType.getField("JAVA_INT").get(null);
        Object arguments = Array.newInstance(layoutType, 2);
        Array.set(arguments, 0, anInt);
        Array.set(arguments, 1, valueType.getField("JAVA_LONG").get(null));
        Object descriptor = descriptorType.getMethod("of", layoutType, arguments.getClass())
                .invoke(null, anInt, arguments);
        Object options = Array.newInstance(optionType, 0);
        return (MethodHandle) linkerType.getMethod("downcallHandle", segmentType, descriptorType, options.getClass())
                .invoke(linker, symbol.orElseThrow(() -> new NoSuchMethodException("clock_gettime")), descriptor,
                        options);
    }
}
