// SPDX-License-Identifier: Apache-2.0
/** Hosts of a cluster as processes of one machine, for the demonstration and the benchmarks. */
package io.tickbus.cluster.local;
