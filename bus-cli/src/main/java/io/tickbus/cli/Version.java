// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.internal.layout.SignalsLayout;

/** What {@code --version} prints. */
final class Version {
    private Version() {
    }

    static String text() {
        String number = Version.class.getPackage().getImplementationVersion();
        return "tickbus " + (number == null ? "development" : number) + " (signals layout " + SignalsLayout.VERSION
                + ", Java " + System.getProperty("java.version") + ")";
    }
}
