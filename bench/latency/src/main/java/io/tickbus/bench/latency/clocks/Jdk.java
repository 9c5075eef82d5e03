// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.clocks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JDK that is installed here.
 *
 * @param version as its release file says
 * @param java    its executable
 */
record Jdk(String version, Path java) {
    private static final int OLDEST = 17;
    private static final Path USUAL_PLACE = Path.of("/usr/lib/jvm");
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"([^\"]+)\"");

    /** The one that runs this. */
    static Jdk running() {
        return new Jdk(System.getProperty("java.version"),
                Path.of(System.getProperty("java.home")).resolve("bin").resolve("java"));
    }

    /** The one that runs this, and all others from 17 on that are named or in the usual places; one a version. */
    static List<Jdk> find(List<Path> named) throws IOException {
        Map<String, Jdk> found = new LinkedHashMap<>();
        found.put(running().version(), running());
        List<Path> homes = new ArrayList<>(named);
        Optional.ofNullable(System.getenv("JAVA_HOME")).map(Path::of).ifPresent(homes::add);
        if (Files.isDirectory(USUAL_PLACE)) {
            try (DirectoryStream<Path> places = Files.newDirectoryStream(USUAL_PLACE)) {
                places.forEach(homes::add);
            }
        }
        for (Path home : homes) {
            of(home).ifPresent(jdk -> found.putIfAbsent(jdk.version(), jdk));
        }
        for (Path home : named) {
            if (of(home).isEmpty()) {
                throw new IllegalArgumentException("there is no JDK of 17 or newer: jdk=" + home);
            }
        }
        return new ArrayList<>(found.values());
    }

    /** The JDK of a home; empty where there is none, or one that is too old. */
    static Optional<Jdk> of(Path home) throws IOException {
        Path java = home.resolve("bin").resolve("java");
        Path release = home.resolve("release");
        if (!Files.isExecutable(java) || !Files.isRegularFile(release)) {
            return Optional.empty();
        }
        return version(Files.readString(release, StandardCharsets.ISO_8859_1))
                .filter(version -> feature(version) >= OLDEST)
                .map(version -> new Jdk(version, java));
    }

    static Optional<String> version(String release) {
        Matcher matcher = VERSION.matcher(release);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** 8 of 1.8.0_302, 17 of 17.0.15, 26 of 26-ea. */
    static int feature(String version) {
        String[] parts = version.split("[^0-9]", -1);
        int first = Integer.parseInt(parts[0]);
        return first == 1 && parts.length > 1 ? Integer.parseInt(parts[1]) : first;
    }
}
