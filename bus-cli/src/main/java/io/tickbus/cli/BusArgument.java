// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import picocli.CommandLine.Parameters;

/** The options that say which bus is meant, for commands that take its name without {@code --bus} too. */
public final class BusArgument extends BusOptions {
    @Parameters(paramLabel = "BUS", arity = "0..1", description = "The bus, as --bus names it.")
    private String argument;

    /** Whether a bus was named without {@code --bus}. */
    public boolean isArgument() {
        return argument != null;
    }

    @Override
    public boolean isBusNamed() {
        return isArgument() || super.isBusNamed();
    }

    @Override
    public String name() {
        if (!isArgument()) {
            return super.name();
        }
        if (super.isBusNamed() && !argument.equals(super.name())) {
            throw new IllegalArgumentException("only one bus can be meant: '" + argument + "' and --bus '"
                    + super.name() + "' differ");
        }
        return argument;
    }
}
