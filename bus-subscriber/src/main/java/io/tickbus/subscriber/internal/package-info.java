// SPDX-License-Identifier: Apache-2.0
/**
 * What subscriber, client and command line share: whether a publisher is alive.
 */
package io.tickbus.subscriber.internal;
