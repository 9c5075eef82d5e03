// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;


/** The options that say which bus is meant, for commands that take its name without {@code --bus} too. */
public final class BusArgument extends BusOptions {
    private final Option<String> argument;

    /** Of a command. */
    public BusArgument(CommandSpec command) {
        super(command);
        argument = command.argument("BUS", text -> text, "The bus, as --bus names it.");
    }

    /** Whether a bus was named without {@code --bus}. */
    public boolean isArgument() {
        return argument.isGiven();
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
        if (super.isBusNamed() && !argument.get().equals(super.name())) {
            throw new IllegalArgumentException("only one bus can be meant: '" + argument.get() + "' and --bus '"
                    + super.name() + "' differ");
        }
        return argument.get();
    }
}
