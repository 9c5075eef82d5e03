// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import org.agrona.DirectBuffer;

/** The agent's way to append commands to the log. What is sent may be lost; what is applied comes back by the feed. */
public interface LogWriter extends AutoCloseable {
    /** Keeps the connection; returns whether there was anything to do. */
    boolean poll();

    /** Sends commands; false if that is not possible now. */
    boolean send(DirectBuffer commands, int length);

    @Override
    void close();
}
