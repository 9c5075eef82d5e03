// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

/** A command: its constructor says which options it has, and then it runs. */
@FunctionalInterface
public interface Command {
    /** Runs it and returns the exit code. */
    int run() throws Exception;
}
