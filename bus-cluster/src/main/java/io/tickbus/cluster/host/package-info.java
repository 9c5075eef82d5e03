// SPDX-License-Identifier: Apache-2.0
/** The agent of a host: hands what the log says to the local daemon, and tells the log what has fired. */
package io.tickbus.cluster.host;
