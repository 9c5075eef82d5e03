// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Writes what packages contain beside the jar: manual pages and completion, from the commands' own options, the notice
 * of the components on the class path, and the changelog. It is in the commands' package, whose fields it reads.
 */
final class PackageFiles {
    /** Where in a gzip file it is said how it was compressed. */
    private static final int EXTRA_FLAGS = 8;
    private static final byte SMALLEST = 2;

    private final Path folder;

    private PackageFiles(Path folder) {
        this.folder = folder;
    }

    /** The folder to write to, the version, the time of the build, folder of licences, changelog, native/man. */
    public static void main(String[] args) throws IOException {
        List<Path> jars = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(element -> element.endsWith(".jar")).map(Path::of).toList();
        PackageFiles files = new PackageFiles(Path.of(args[0]));
        files.deleteAll();
        String date = args[2].substring(0, "2026-01-01".length());
        files.writeManual(args[1], date);
        files.compress("share/man/man3/tickbus.h.3.gz", filled(Path.of(args[5], "tickbus.h.3"), args[1], date));
        files.write("share/pkgconfig/tickbus.pc", filled(Path.of(args[5], "tickbus.pc"), args[1], date));
        files.write("doc/NOTICE.txt", Notice.of(jars, Path.of(args[3])));
        files.compress("deb/changelog.gz", Files.readString(Path.of(args[4]), StandardCharsets.UTF_8));
        files.compress("deb/changelog.Debian.gz", debianChangelog(args[1], args[2]));
    }

    private static String filled(Path template, String version, String date) throws IOException {
        return Files.readString(template, StandardCharsets.UTF_8).replace("@VERSION@", version).replace("@DATE@", date);
    }

    /** Of the packaging, which is new with each version. */
    private static String debianChangelog(String version, String time) {
        return "tickbus (" + version.replace("-", "~") + "-1) unstable; urgency=medium\n\n  * Version " + version
                + "; changelog.gz says what has changed.\n\n -- Tickbus maintainers "
                + "<tickbus@users.noreply.github.com>  "
                + DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ROOT)
                        .format(OffsetDateTime.parse(time)) + "\n";
    }

    /** Of an earlier build, which may have had commands that are gone. */
    private void deleteAll() throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void writeManual(String version, String date) throws IOException {
        List<CommandSpec> commands = Tickbus.describe();
        for (CommandSpec command : commands) {
            compress("share/man/man1/" + ManPage.name(command) + ".1.gz",
                    ManPage.of(command, commands, version, date));
        }
        write("share/bash-completion/completions/tickbus", BashCompletion.of(commands));
        write("share/zsh/site-functions/_tickbus", ZshCompletion.of(commands));
    }

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return file;
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(file(name), text, StandardCharsets.UTF_8);
    }

    /** Without a time, and as small as it gets, which Debian asks for and wants to read in the header. */
    private void compress(String name, String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream zipped = new BestGzip(bytes)) {
            zipped.write(text.getBytes(StandardCharsets.UTF_8));
        }
        byte[] file = bytes.toByteArray();
        file[EXTRA_FLAGS] = SMALLEST;
        Files.write(file(name), file);
    }

    private static final class BestGzip extends GZIPOutputStream {
        BestGzip(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
