// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Whose software the jars of the packages contain, and under which licences: the components of a class path with the
 * licence that a list names for each, and the notices and licence texts that their jars have.
 */
final class Notice {
    private static final Pattern JAR = Pattern.compile("(.+)-([0-9].*)\\.jar");
    private static final Pattern TEXT =
            Pattern.compile("META-INF/([^/]*(LICEN[CS]E|NOTICE|COPYING)[^/]*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern APACHE = Pattern.compile("\\s*Apache License\\s+Version 2\\.0, January 2004[\\s\\S]*");
    private static final String APACHE_ID = "Apache-2.0";
    private static final String RULE = "-".repeat(79);

    private final Path folder;
    private final Properties licences = new Properties();
    private final Map<String, String> lines = new TreeMap<>();
    /** Texts, and the components that have them. */
    private final Map<String, Set<String>> texts = new LinkedHashMap<>();

    private Notice(Path folder) throws IOException {
        this.folder = folder;
        licences.load(Files.newBufferedReader(folder.resolve("list.properties"), StandardCharsets.UTF_8));
    }

    /** For the jars of a class path but those of Tickbus, with a folder of {@code list.properties} and texts. */
    static String of(List<Path> jars, Path licences) throws IOException {
        Notice notice = new Notice(licences);
        for (Path jar : jars.stream().sorted().toList()) {
            notice.add(jar);
        }
        return notice.text();
    }

    private void add(Path jar) throws IOException {
        Matcher name = JAR.matcher(jar.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalArgumentException("a jar is to be called NAME-VERSION.jar: " + jar);
        }
        String artifact = name.group(1);
        if (artifact.startsWith("tickbus-")) {
            return;
        }
        String licence = licences.getProperty(artifact);
        if (licence == null) {
            throw new IllegalArgumentException("the packages contain " + artifact + ", whose licence is not listed: "
                    + "add a line '" + artifact + " = SPDX-ID, whose' to "
                    + "deploy/packages/src/main/licences/list.properties");
        }
        lines.put(artifact, String.format(Locale.ROOT, "  %-26s %-12s %s", artifact, name.group(2), licence));
        addTexts(jar, artifact, artifact + " " + name.group(2), licence);
    }

    private void addTexts(Path jar, String artifact, String component, String licence) throws IOException {
        boolean isTold = licence.startsWith(APACHE_ID);
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().filter(each -> TEXT.matcher(each.getName()).matches()).toList()) {
                try (InputStream in = zip.getInputStream(entry)) {
                    isTold = true;
                    addText(new String(in.readAllBytes(), StandardCharsets.UTF_8), component);
                }
            }
        }
        Path text = folder.resolve(artifact.split("-", 2)[0] + ".txt");
        if (Files.exists(text)) {
            addText(Files.readString(text, StandardCharsets.UTF_8), component);
        } else if (!isTold) {
            throw new IllegalArgumentException("the licence of " + artifact + " asks for its text, which its jar does "
                    + "not contain: add it as " + text.getFileName() + " beside the list of licences");
        }
    }

    private void addText(String text, String component) {
        String stripped = text.replace("\r", "").strip();
        if (!APACHE.matcher(stripped).matches()) {
            texts.computeIfAbsent(stripped, each -> new LinkedHashSet<>()).add(component);
        }
    }

    private String text() {
        StringBuilder notice = new StringBuilder("""
                Tickbus
                Copyright the Tickbus maintainers

                Licensed under the Apache License, Version 2.0, a copy of which is at
                https://www.apache.org/licenses/LICENSE-2.0 and, on Debian systems, in
                /usr/share/common-licenses/Apache-2.0.

                tickbus.jar contains these components of others, and cluster.jar those named
                aeron. Below are the notices and the licences that they come with, but for the
                Apache License.

                """);
        lines.values().forEach(line -> notice.append(line).append('\n'));
        texts.forEach((text, components) -> notice.append('\n').append(RULE).append('\n')
                .append(String.join(", ", components)).append('\n').append(RULE).append("\n\n").append(text)
                .append('\n'));
        return notice.toString();
    }
}
