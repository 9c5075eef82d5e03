// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of owners that have timers and no client: {@code replies} names only those of clients. The daemon writes a
 * line with the bus's epoch, then for each owner a line of its number and its name, with a tab between them.
 */
public final class OwnersFile {
    private static final String SEPARATOR = "\t";
    /** More than all owners' lines. */
    private static final int MAX_LENGTH = 1 << 23;

    private OwnersFile() {
    }

    /** Daemon: replaces the file. */
    public static void write(BusDirectory bus, long epoch, String group, Map<Integer, String> names) {
        StringBuilder text = new StringBuilder().append(epoch);
        names.forEach((number, name) -> text.append('\n').append(number).append(SEPARATOR).append(name));
        AtomicFile.write(bus.owners(), text.toString(), group);
    }

    /** The names by the owners' numbers; none where the daemon of that epoch has written none that can be read. */
    public static Map<Integer, String> read(BusDirectory bus, long epoch) {
        Map<Integer, String> names = new HashMap<>();
        try (InputStream in = Channels.newInputStream(SecureFiles.open(bus.owners(), bus.ownerId(), false))) {
            List<String> lines = new String(in.readNBytes(MAX_LENGTH), StandardCharsets.UTF_8).lines().toList();
            if (!lines.isEmpty() && lines.get(0).equals(Long.toString(epoch))) {
                for (String line : lines.subList(1, lines.size())) {
                    String[] fields = line.split(SEPARATOR, 2);
                    names.put(Integer.valueOf(fields[0]), fields[fields.length - 1]);
                }
            }
            return names;
        } catch (IOException | BusException | NumberFormatException e) {
            // Names are a help and no more.
            return Map.of();
        }
    }
}
