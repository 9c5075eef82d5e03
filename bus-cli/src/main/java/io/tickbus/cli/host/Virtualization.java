// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What this process runs on: a machine or a virtual one, and whether in a container on it.
 *
 * <p><b>Threads:</b> immutable.
 *
 * <p>Source: the files that systemd-detect-virt(1) looks at, as far as they can be read without privileges.
 *
 * @param hypervisor  what runs below the kernel
 * @param isContainer whether signs of a container were found
 * @param evidence    the files and values that told; diagnostic only
 */
public record Virtualization(Hypervisor hypervisor, boolean isContainer, List<String> evidence) {
    /** Kinds of hypervisor. */
    public enum Hypervisor { NONE, KVM, VMWARE, HYPERV, XEN, OTHER }

    /** Copies the list. */
    public Virtualization {
        evidence = List.copyOf(evidence);
    }

    /** That of this host. */
    public static Virtualization detect() {
        return detect(Path.of("/"));
    }

    /**
     * That under a root directory. Never throws.
     *
     * @param root the directory that contains {@code proc} and {@code sys}: {@code /} or a copy of their files
     */
    public static Virtualization detect(Path root) {
        return new VirtualizationSigns(root).conclude();
    }

    /** {@code "kvm, in a container"}. */
    @Override
    public String toString() {
        String name = hypervisor == Hypervisor.NONE ? "no hypervisor" : hypervisor.name().toLowerCase(Locale.ROOT);
        return isContainer ? name + ", in a container" : name;
    }
}
