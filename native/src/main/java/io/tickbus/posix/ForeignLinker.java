// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * {@code java.lang.foreign}, final since JDK 22, by reflection: this module is compiled for Java 17, and one jar serves
 * all JDKs, whichever of them built it. Only linking is reflective; what it returns is called exactly.
 *
 * <p>Errors: {@link LinkageError} where the JDK has no such API, or does not allow this module to use it.
 */
final class ForeignLinker {
    private static final int FIRST_FEATURE_VERSION = 22;
    private static final int BLOCKING_ARGUMENTS = 7;
    private static final int QUICK_ARGUMENTS = 4;
    private static final Class<?>[] NO_TYPES = {};

    private ForeignLinker() {
    }

    static boolean isInJdk() {
        return Runtime.version().feature() >= FIRST_FEATURE_VERSION;
    }

    /** A function of seven longs that returns one, called with the {@link #segment} that receives errno before them. */
    static MethodHandle blocking(String function) {
        MethodHandle handle = link(function, BLOCKING_ARGUMENTS,
                invoke("Linker$Option", "captureCallState", null, new Class<?>[] {String[].class},
                        (Object) new String[] {"errno"}));
        return handle.asType(handle.type().changeParameterType(0, Object.class));
    }

    /**
     * A function of four longs that returns one, and returns at once: the JVM does not leave the Java state for it, so
     * that a safepoint waits for its end.
     */
    static MethodHandle quick(String function) {
        return link(function, QUICK_ARGUMENTS,
                invoke("Linker$Option", "critical", null, new Class<?>[] {boolean.class}, false));
    }

    /** A {@code MemorySegment} over a buffer outside the Java heap. */
    static Object segment(ByteBuffer direct) {
        return invoke("MemorySegment", "ofBuffer", null, new Class<?>[] {Buffer.class}, direct);
    }

    /** The address of a buffer's first byte. */
    static long address(ByteBuffer direct) {
        return (long) invoke("MemorySegment", "address", segment(direct.duplicate().position(0)), NO_TYPES);
    }

    private static MethodHandle link(String function, int arguments, Object option) {
        Class<?> layout = type("MemoryLayout");
        Object int64 = int64();
        Object[] parameters = (Object[]) Array.newInstance(layout, arguments);
        Arrays.fill(parameters, int64);
        Object descriptor = invoke("FunctionDescriptor", "of", null, new Class<?>[] {layout, parameters.getClass()},
                int64, parameters);
        Object linker = invoke("Linker", "nativeLinker", null, NO_TYPES);
        Object lookup = invoke("Linker", "defaultLookup", linker, NO_TYPES);
        Optional<?> symbol =
                (Optional<?>) invoke("SymbolLookup", "find", lookup, new Class<?>[] {String.class}, function);
        if (symbol.isEmpty()) {
            throw new UnsatisfiedLinkError("the C library has no function=" + function);
        }
        Object[] options = (Object[]) Array.newInstance(type("Linker$Option"), 1);
        options[0] = option;
        Class<?>[] types = {type("MemorySegment"), type("FunctionDescriptor"), options.getClass()};
        return (MethodHandle) invoke("Linker", "downcallHandle", linker, types, symbol.get(), descriptor, options);
    }

    private static Object int64() {
        try {
            return type("ValueLayout").getField("JAVA_LONG").get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("java.lang.foreign is not as expected", e);
        }
    }

    private static Object invoke(String type, String method, Object target, Class<?>[] types, Object... arguments) {
        try {
            return type(type).getMethod(method, types).invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused; // IllegalCallerException, where native code is denied
            }
            throw new LinkageError("java.lang.foreign cannot link", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("java.lang.foreign is not as expected", e);
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName("java.lang.foreign." + name);
        } catch (ClassNotFoundException e) {
            throw new LinkageError("this JDK has no java.lang.foreign", e);
        }
    }
}
