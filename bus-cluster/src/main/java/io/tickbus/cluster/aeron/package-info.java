// SPDX-License-Identifier: Apache-2.0
/** The replicated state in Aeron Cluster, its members, and its clients. */
package io.tickbus.cluster.aeron;
