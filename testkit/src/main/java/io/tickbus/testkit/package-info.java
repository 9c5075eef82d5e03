// SPDX-License-Identifier: Apache-2.0
/**
 * What the tests of all modules share and no module ships. {@link io.tickbus.testkit.ChildJvm} is a JVM that a test
 * starts, commands, stops and kills; {@link io.tickbus.testkit.GoldenHex} is the text form of golden files. It
 * knows no other module, so that the core's tests can use it too.
 */
package io.tickbus.testkit;
