// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.internal.layout.SignalsLayout;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"tickbus " + number() + " (signals layout " + SignalsLayout.VERSION + ", Java "
                + System.getProperty("java.version") + ")"};
    }

    static String number() {
        String number = Version.class.getPackage().getImplementationVersion();
        return number == null ? "development" : number;
    }
}
