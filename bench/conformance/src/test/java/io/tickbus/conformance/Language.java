// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A language whose conformance program is there.
 *
 * @param command what starts the program
 */
record Language(String name, List<String> command) {
    private static final String BUILD = "conformance.sh";
    private static final int NO_TOOLCHAIN = 3;
    /** So that the many short programs start quickly. */
    private static final String FIRST_COMPILER_ONLY = "-XX:TieredStopAtLevel=1";

    /**
     * Java, and each folder of {@code native/clients} with a {@code conformance.sh} whose toolchain is here.
     *
     * @param folder takes what is built
     * @param wanted names of languages besides Java; empty for all
     */
    static List<Language> found(Path folder, Set<String> wanted) throws IOException, InterruptedException {
        List<Language> languages = new ArrayList<>(List.of(java()));
        Path clients = ProjectFiles.root().resolve("native/clients");
        List<Path> folders;
        try (Stream<Path> entries = Files.list(clients)) {
            folders = entries.filter(entry -> Files.exists(entry.resolve(BUILD))).sorted().toList();
        }
        for (Path client : folders) {
            String name = client.getFileName().toString();
            if (wanted.isEmpty() || wanted.contains(name)) {
                Language built = built(name, client, Files.createDirectory(folder.resolve(name)));
                if (built != null) {
                    languages.add(built);
                }
            }
        }
        Set<String> missing = new TreeSet<>(wanted);
        languages.forEach(language -> missing.remove(language.name()));
        missing.forEach(name -> System.out.println("conformance: " + name + " is not tested"));
        return languages;
    }

    private static Language java() {
        return new Language("java", List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                FIRST_COMPILER_ONLY, "-XX:+UseSerialGC", "-Xshare:auto", "-XX:-UsePerfData",
                "-Djna.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp", System.getProperty("java.class.path"),
                JavaProgram.class.getName()));
    }

    /** Null where its toolchain is missing. */
    private static Language built(String name, Path client, Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("build.log");
        Process build = new ProcessBuilder(client.resolve(BUILD).toString(), folder.toString())
                .redirectError(log.toFile()).start();
        List<String> lines = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        int exitCode = build.waitFor();
        if (exitCode == NO_TOOLCHAIN) {
            System.out.println("conformance: " + name + " is skipped: " + last);
            return null;
        }
        if (exitCode != 0) {
            throw new AssertionError(client.resolve(BUILD) + " failed with " + exitCode + ":\n" + lines.stream()
                    .collect(Collectors.joining("\n")) + "\n" + Files.readString(log));
        }
        return new Language(name, List.of(last.split("\t", -1)));
    }

    /** The same for a program that runs long enough to be measured. */
    Language optimized() {
        return new Language(name, command.stream().filter(word -> !word.equals(FIRST_COMPILER_ONLY)).toList());
    }

    Program start(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of(arguments));
        return Program.start(name, words);
    }
}
