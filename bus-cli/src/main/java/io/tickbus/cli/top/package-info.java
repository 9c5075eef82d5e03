// SPDX-License-Identifier: Apache-2.0
/** The command {@code top}: a bus on a screen that is drawn again and again. */
package io.tickbus.cli.top;
