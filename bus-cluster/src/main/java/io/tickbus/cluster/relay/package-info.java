// SPDX-License-Identifier: Apache-2.0
/**
 * Signals of a bus on other hosts: read from their bus by a sender, carried and repaired by Aeron, and published by a
 * receiver on a bus of its host, under their own sequences.
 */
package io.tickbus.cluster.relay;
