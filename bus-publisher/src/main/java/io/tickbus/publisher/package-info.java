// SPDX-License-Identifier: Apache-2.0
/**
 * Publishes signals on a bus. {@link io.tickbus.publisher.SignalPublisher} is all there is to it: open a bus, announce
 * the next deadline, publish.
 */
package io.tickbus.publisher;
