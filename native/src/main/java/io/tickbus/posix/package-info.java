// SPDX-License-Identifier: Apache-2.0
/**
 * Linux through the foreign function API, or through JNA on older JDKs: the platform of the core ({@link
 * io.tickbus.posix.LinuxPlatform}) with futex, page allocation and timer slack, and beside it POSIX clocks, signals and
 * processor affinity for programs to use. The core finds it by {@code ServiceLoader}.
 */
package io.tickbus.posix;
