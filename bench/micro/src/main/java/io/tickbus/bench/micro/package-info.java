// SPDX-License-Identifier: Apache-2.0
/** What one operation costs, on one thread or two, under JMH. Latency between processes is measured elsewhere. */
package io.tickbus.bench.micro;
