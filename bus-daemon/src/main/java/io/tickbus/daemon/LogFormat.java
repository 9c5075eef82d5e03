// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

/** How the lines of a {@link DaemonLog} are written. */
public enum LogFormat {
    /** {@code time level event key=value …}. */
    TEXT,
    /** One JSON object a line. */
    JSON
}
