// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code tickbus} command. {@link io.tickbus.cli.Tickbus} lists the subcommands, each a class in a package of its
 * name; here are the options, converters and renderers that they share.
 */
package io.tickbus.cli;
