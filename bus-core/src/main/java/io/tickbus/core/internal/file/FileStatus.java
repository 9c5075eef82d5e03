// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

/** What has become of the file behind a name. */
public enum FileStatus {
    /** The name still refers to this file. */
    CURRENT,
    /** The name refers to another file by now. */
    REPLACED,
    /** There is no file of that name. */
    REMOVED
}
