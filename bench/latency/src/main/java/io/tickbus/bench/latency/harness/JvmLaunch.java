// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a child JVM is started; all get the flags that Agrona, Chronicle Queue and JNA ask for.
 *
 * @param prefix a command that starts the JVM, such as {@code taskset}; usually empty
 * @param java   the executable
 * @param flags  of the JVM
 */
public record JvmLaunch(List<String> prefix, String java, List<String> flags) {
    private static final int FIRST_THAT_WARNS = 24;

    /** A JVM like this one. */
    public static JvmLaunch here() {
        return new JvmLaunch(List.of(), ProcessHandle.current().info().command().orElse("java"),
                flags(Runtime.version().feature()));
    }

    /** Another JDK's. */
    public static JvmLaunch of(Path java, int feature) {
        return new JvmLaunch(List.of(), java.toString(), flags(feature));
    }

    /** The same, started by a command. */
    public JvmLaunch withPrefix(List<String> newPrefix) {
        return new JvmLaunch(newPrefix, java, flags);
    }

    /** The same with more flags. */
    public JvmLaunch withFlags(String... more) {
        List<String> all = new ArrayList<>(flags);
        all.addAll(List.of(more));
        return new JvmLaunch(prefix, java, all);
    }

    private static List<String> flags(int feature) {
        List<String> flags = new ArrayList<>(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData",
                ParentWatch.flag(), "-Dchronicle.analytics.disable=true", "-Dslf4j.internal.verbosity=ERROR",
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                "--add-opens=jdk.unsupported/sun.misc=ALL-UNNAMED"));
        if (feature >= FIRST_THAT_WARNS) {
            flags.add("--enable-native-access=ALL-UNNAMED");
            flags.add("--sun-misc-unsafe-memory-access=allow");
        }
        return flags;
    }

    /** Starts a class of this class path; its errors go to ours. */
    public Process start(String main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(java);
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
