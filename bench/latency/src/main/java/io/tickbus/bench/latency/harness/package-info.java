// SPDX-License-Identifier: Apache-2.0
/** What every benchmark runs on: the harness with its child processes, the options, and the report. */
package io.tickbus.bench.latency.harness;
