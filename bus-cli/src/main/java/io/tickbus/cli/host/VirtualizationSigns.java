// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import io.tickbus.cli.host.Virtualization.Hypervisor;
import io.tickbus.core.internal.platform.HostFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Gathers the signs of a hypervisor, the surest first, and of a container. */
final class VirtualizationSigns {
    private static final String DMI = "sys/class/dmi/id/";
    private static final List<String> DMI_FIELDS = List.of("sys_vendor", "product_name", "board_vendor", "bios_vendor");
    private static final List<String> CONTAINER_FILES = List.of(".dockerenv", "run/.containerenv");
    private static final List<String> CONTAINER_GROUPS =
            List.of("docker/", "docker-", "kubepods", "containerd-", "libpod", "/lxc", "crio-");

    private final HostFiles files;
    private final CpuClockFlags flags;
    private final ClockSources sources;
    private final List<String> evidence = new ArrayList<>();

    VirtualizationSigns(Path root) {
        files = new HostFiles(root);
        flags = CpuClockFlags.read(root);
        sources = ClockSources.read(root);
    }

    Virtualization conclude() {
        Hypervisor hypervisor = hypervisor();
        boolean isContainer = isContainer();
        return new Virtualization(hypervisor, isContainer, evidence);
    }

    private Hypervisor hypervisor() {
        if (files.firstLine("sys/hypervisor/type").equals("xen")) {
            return found(Hypervisor.XEN, "/sys/hypervisor/type=xen");
        }
        String compatible = files.firstLine("proc/device-tree/hypervisor/compatible");
        if (!compatible.isEmpty()) {
            String sign = "/proc/device-tree/hypervisor/compatible=" + compatible.replace("\0", " ").strip();
            return found(byText(compatible), sign);
        }
        // Bare-metal machines in clouds have the cloud's name in their firmware too.
        boolean isX86 = flags.tsc();
        if ((isX86 && !flags.hypervisor()) || files.firstLine(DMI + "product_name").endsWith(".metal")) {
            return Hypervisor.NONE;
        }
        Hypervisor byFirmware = byFirmware();
        if (byFirmware != Hypervisor.NONE || !isX86) {
            return byFirmware;
        }
        return found(byClockSource(), "/proc/cpuinfo flags: hypervisor; clock sources: " + sources.available());
    }

    private Hypervisor byFirmware() {
        for (String field : DMI_FIELDS) {
            String value = files.firstLine(DMI + field);
            Hypervisor hypervisor = value.isEmpty() ? Hypervisor.OTHER : byText(value);
            if (hypervisor != Hypervisor.OTHER || value.contains("VirtualBox") || value.contains("Parallels")) {
                return found(hypervisor, "/" + DMI + field + "=" + value);
            }
        }
        return Hypervisor.NONE;
    }

    private Hypervisor byClockSource() {
        return sources.available().stream().map(VirtualizationSigns::byText)
                .filter(hypervisor -> hypervisor != Hypervisor.OTHER).findFirst().orElse(Hypervisor.OTHER);
    }

    private static Hypervisor byText(String text) {
        if (containsAny(text, "kvm", "KVM", "QEMU", "Amazon EC2", "Google Compute Engine", "OpenStack")) {
            return Hypervisor.KVM;
        }
        if (containsAny(text, "VMware", "vmware")) {
            return Hypervisor.VMWARE;
        }
        if (containsAny(text, "Virtual Machine", "hyperv")) {
            return Hypervisor.HYPERV;
        }
        return containsAny(text, "Xen", "xen") ? Hypervisor.XEN : Hypervisor.OTHER;
    }

    private boolean isContainer() {
        boolean isContainer = false;
        for (String file : CONTAINER_FILES) {
            if (files.exists(file)) {
                evidence.add("/" + file + " exists");
                isContainer = true;
            }
        }
        for (String group : files.lines("proc/self/cgroup")) {
            if (CONTAINER_GROUPS.stream().anyMatch(group::contains)) {
                evidence.add("/proc/self/cgroup: " + group);
                return true;
            }
        }
        return isContainer;
    }

    private Hypervisor found(Hypervisor hypervisor, String sign) {
        evidence.add(sign);
        return hypervisor;
    }

    private static boolean containsAny(String text, String... parts) {
        for (String part : parts) {
            if (text.contains(part)) {
                return true;
            }
        }
        return false;
    }
}
