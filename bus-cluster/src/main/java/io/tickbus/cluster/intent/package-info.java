// SPDX-License-Identifier: Apache-2.0
/** The replicated state machine: which timers there are for all hosts, which hosts there are, and what has fired. */
package io.tickbus.cluster.intent;
