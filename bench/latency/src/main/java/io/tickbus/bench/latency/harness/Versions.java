// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions of the peers and of the chart library that this was built with. */
public final class Versions {
    private static final Properties VERSIONS = load();

    private Versions() {
    }

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
            properties.load(in);
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The version of an artifact. */
    public static String of(String artifact) {
        return VERSIONS.getProperty(artifact);
    }
}
