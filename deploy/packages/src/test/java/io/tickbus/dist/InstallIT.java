// SPDX-License-Identifier: Apache-2.0
package io.tickbus.dist;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Installs, runs and removes the packages in fresh roots of Debian, which {@code src/test/sh/make-roots.sh DIR} makes
 * and {@code -Dtickbus.roots=DIR} names. What is written there is in memory and gone at the end.
 */
@Timeout(600)
final class InstallIT {
    private static final Path SCRIPTS = Path.of("src/test/sh").toAbsolutePath();

    private static String inRoot(String name, Path packed, String script) throws Exception {
        String roots = System.getProperty("tickbus.roots", "");
        assumeTrue(!roots.isEmpty(), "skipped: -Dtickbus.roots=DIR names no folder made by src/test/sh/make-roots.sh");
        Path root = Path.of(roots, name);
        assumeTrue(Files.isDirectory(root), "skipped: there is no root " + root);
        assumeTrue(System.getProperty("user.name").equals("root"), "skipped: only root may change into another root");
        return Packages.run(Map.of(), SCRIPTS.resolve("in-root.sh").toString(), root.toString(), packed.toString(),
                SCRIPTS.resolve(script).toString());
    }

    @Test
    void shouldInstallRunAndRemoveTheDebianPackage() throws Exception {
        assertTrue(inRoot("java", Packages.named("tickbus_.*\\.deb"), "debian-package.sh").endsWith("all is well\n"));
    }

    @Test
    void shouldRunTheArchiveWithoutAnyJavaWhereItBringsARuntime() throws Exception {
        assertTrue(inRoot("minimal", Packages.named("tickbus-.*-linux-.*\\.tar\\.gz"), "archive.sh")
                .endsWith("all is well\n"));
    }

    @Test
    void shouldRunTheArchiveWithTheJavaOfTheRoot() throws Exception {
        assertTrue(inRoot("java", Packages.archive(), "archive.sh").endsWith("all is well\n"));
    }

    @Test
    void shouldGiveLintianNoCauseForAnError() throws Exception {
        Packages.assumeTool("/usr/bin/lintian");
        Path packed = Packages.named("tickbus_.*\\.deb");
        Packages.run(Map.of(), "lintian", "--allow-root", "--fail-on", "error", packed.toString());
    }
}
