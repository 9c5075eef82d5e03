// SPDX-License-Identifier: Apache-2.0
/** {@code tickbus cluster bench}. */
package io.tickbus.cluster.bench;
