// SPDX-License-Identifier: Apache-2.0
/**
 * Timers of many hosts: the arming of a timer is replicated, and each host fires it at its deadline from its own
 * daemon.
 */
package io.tickbus.cluster;
