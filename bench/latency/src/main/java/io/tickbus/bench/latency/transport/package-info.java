// SPDX-License-Identifier: Apache-2.0
/** Ways to get a message from one process to another, each a class. To add one: write it, name it in Transports. */
package io.tickbus.bench.latency.transport;

