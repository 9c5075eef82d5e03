// SPDX-License-Identifier: Apache-2.0
/** The commands {@code tickbus cluster …}: they run a member, arm and cancel timers of all hosts, and show them. */
package io.tickbus.cluster.command;
