// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NoticeTest {
    @TempDir
    private Path folder;

    private Path jar(String name, String... files) throws IOException {
        Path jar = folder.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (int i = 0; i < files.length; i += 2) {
                zip.putNextEntry(new ZipEntry(files[i]));
                zip.write(files[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return jar;
    }

    private Path licences(String text) throws IOException {
        Files.writeString(folder.resolve("list.properties"), text);
        return folder;
    }

    @Test
    void shouldListComponentsAndQuoteTheirTextsOnce() throws Exception {
        Path licences = licences("some-api = MIT, Some\nsome-core = MIT, Some\nother = Apache-2.0, Other\n");
        String notice = Notice.of(List.of(jar("some-core-1.0.jar", "META-INF/LICENSE.txt", "Permission is granted"),
                jar("some-api-1.0.jar", "META-INF/LICENSE.txt", "Permission is granted\r\n"),
                jar("other-2.jar", "META-INF/LICENSE", " Apache License\n Version 2.0, January 2004\n",
                        "META-INF/NOTICE", "Other's notice"),
                jar("tickbus-core-3.jar")), licences);
        assertTrue(notice.contains("  some-api                   1.0          MIT, Some\n"), notice);
        assertEquals(1, notice.split("Permission is granted", -1).length - 1, notice);
        assertTrue(notice.contains("some-api 1.0, some-core 1.0\n") && notice.contains("Other's notice"), notice);
        assertTrue(!notice.contains("January 2004") && !notice.contains("tickbus-core"), notice);
    }

    @Test
    void shouldFailForAComponentWithoutALicence() throws Exception {
        Path licences = licences("told = MIT, Told\n");
        Path unknown = jar("un-known-1.0.jar");
        String message = assertThrows(IllegalArgumentException.class,
                () -> Notice.of(List.of(unknown), licences)).getMessage();
        assertTrue(message.contains("'un-known = SPDX-ID, whose'"), message);
        Path textless = jar("told-1.0.jar");
        assertThrows(IllegalArgumentException.class, () -> Notice.of(List.of(textless), licences));
        Files.writeString(folder.resolve("told.txt"), "Permission is granted");
        assertTrue(Notice.of(List.of(textless), licences).endsWith("\n\nPermission is granted\n"));
    }
}
