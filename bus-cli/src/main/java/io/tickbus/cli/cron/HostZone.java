// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.cron;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;

/**
 * The time zone of this host as the link {@code /etc/localtime} names it now, which a JVM reads only once. Where the
 * JVM has its zone from elsewhere, such as {@code TZ} or {@code -Duser.timezone}, it stays what it was.
 */
final class HostZone {
    private static final Path LINK = Path.of("/etc/localtime");
    private static final String FOLDER = "zoneinfo/";

    private final Path link;
    private final boolean isFollowed;
    private ZoneId zone;

    private HostZone(Path link, boolean isFollowed, ZoneId zone) {
        this.link = link;
        this.isFollowed = isFollowed;
        this.zone = zone;
    }

    static HostZone ofThisHost() {
        String variable = System.getenv("TZ");
        ZoneId zone = ZoneId.systemDefault();
        return variable == null || variable.isEmpty() ? of(LINK, zone) : new HostZone(LINK, false, zone);
    }

    /** A link, which is followed if it names the zone that the JVM has. */
    static HostZone of(Path link, ZoneId zone) {
        return new HostZone(link, zone.equals(named(link)), zone);
    }

    /** The zone now; the one before while the link names none that is known. */
    ZoneId current() {
        ZoneId named = isFollowed ? named(link) : null;
        zone = named == null ? zone : named;
        return zone;
    }

    private static ZoneId named(Path link) {
        try {
            String target = Files.readSymbolicLink(link).toString();
            int at = target.indexOf(FOLDER);
            return at < 0 ? null : ZoneId.of(target.substring(at + FOLDER.length()));
        } catch (IOException | DateTimeException e) {
            return null;
        }
    }
}
