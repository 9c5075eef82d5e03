// SPDX-License-Identifier: Apache-2.0
/** Why a firing was late: what the thread, the kernel and the JVM know, and the rules that name a cause. */
package io.tickbus.daemon.late;
