// SPDX-License-Identifier: Apache-2.0
/** What clients and the daemon say to each other about timers. */
package io.tickbus.core.timer;
