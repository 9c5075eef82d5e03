// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus config}: checks settings files, shows settings with their origins, and prints a sample.
 */
package io.tickbus.cli.config;
