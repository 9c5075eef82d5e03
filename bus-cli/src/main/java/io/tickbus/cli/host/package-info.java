// SPDX-License-Identifier: Apache-2.0
/**
 * What the host is: its clock sources and what they cost, its hypervisor, and the time it steals from a spinning
 * thread. For {@code clock}, {@code doctor}, the daemon's alarm and the benchmarks. Start with
 * {@link io.tickbus.cli.host.HostFacts}.
 */
package io.tickbus.cli.host;
