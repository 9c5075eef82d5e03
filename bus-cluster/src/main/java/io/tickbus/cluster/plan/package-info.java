// SPDX-License-Identifier: Apache-2.0
/** What one host fires, and when: decided from the replicated state alone. */
package io.tickbus.cluster.plan;
