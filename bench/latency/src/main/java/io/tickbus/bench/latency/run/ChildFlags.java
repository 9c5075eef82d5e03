package io.tickbus.bench.latency.run;

import java.util.ArrayList;
import java.util.List;

/** JVM flags of child processes: what Agrona, Chronicle Queue and JNA ask for, the same for all. */
public final class ChildFlags {
    private static final int FIRST_THAT_WARNS = 24;

    private ChildFlags() {
    }

    /** Those of a JVM like this. */
    public static List<String> all() {
        return of(Runtime.version().feature());
    }

    /** Those of a JVM of that feature version. */
    public static List<String> of(int feature) {
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
}
