// SPDX-License-Identifier: Apache-2.0
/**
 * Reads the signals of a bus. Start with {@link io.tickbus.subscriber.SignalSubscriber}: attach, then {@code poll},
 * {@code await} or {@code run}. {@link io.tickbus.subscriber.SubscriberOptions} says where to join and how to wait,
 * and {@link io.tickbus.subscriber.SubscriberListener} hears of losses and of the publisher's state.
 */
package io.tickbus.subscriber;
