// SPDX-License-Identifier: Apache-2.0
/**
 * What Tickbus needs of the operating system, with an implementation in plain Java for where the native module is not
 * there. Start with {@link io.tickbus.core.internal.platform.Platform};
 * {@link io.tickbus.core.internal.platform.Platforms} finds the implementation.
 */
package io.tickbus.core.internal.platform;
