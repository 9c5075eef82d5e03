// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.host.Virtualization.Hypervisor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VirtualizationTest {
    private static final String DMI = "sys/class/dmi/id/";

    @TempDir
    Path root;

    private FakeHost host;

    @BeforeEach
    void fake() {
        host = new FakeHost(root);
    }

    @Test
    void shouldFindNoHypervisorOnBareMetalOfCloud() throws IOException {
        host.cpuFlags(FakeHost.INVARIANT).file(DMI + "sys_vendor", "Amazon EC2\n");
        assertFound(Hypervisor.NONE, false);
    }

    @Test
    void shouldFindNoHypervisorOnBareMetalOfAarch64Cloud() throws IOException {
        host.file(DMI + "sys_vendor", "Amazon EC2\n").file(DMI + "product_name", "m7g.metal\n");
        assertFound(Hypervisor.NONE, false);
    }

    @Test
    void shouldFindHypervisorByFirmware() throws IOException {
        host.cpuFlags("tsc hypervisor");
        assertFirmware(Hypervisor.KVM, "QEMU", "Standard PC (Q35 + ICH9, 2009)");
        assertFirmware(Hypervisor.KVM, "Amazon EC2", "c7i.large");
        assertFirmware(Hypervisor.KVM, "Google", "Google Compute Engine");
        assertFirmware(Hypervisor.VMWARE, "VMware, Inc.", "VMware Virtual Platform");
        assertFirmware(Hypervisor.HYPERV, "Microsoft Corporation", "Virtual Machine");
        assertFirmware(Hypervisor.XEN, "Xen", "HVM domU");
        assertFirmware(Hypervisor.OTHER, "innotek GmbH", "VirtualBox");
    }

    @Test
    void shouldFindHypervisorByClockSourceWhenThereIsNoFirmware() throws IOException {
        host.cpuFlags("tsc hypervisor").clockSource("tsc", "tsc kvm-clock");
        assertFound(Hypervisor.KVM, false);
        host.clockSource("hyperv_clocksource_tsc_page", "hyperv_clocksource_tsc_page acpi_pm");
        assertFound(Hypervisor.HYPERV, false);
        host.clockSource("tsc", "tsc");
        assertFound(Hypervisor.OTHER, false);
    }

    @Test
    void shouldFindXenWhenProcessorFlagIsHidden() throws IOException {
        host.cpuFlags("tsc").file("sys/hypervisor/type", "xen\n");
        assertFound(Hypervisor.XEN, false);
    }

    @Test
    void shouldFindHypervisorByDeviceTree() throws IOException {
        host.file("proc/device-tree/hypervisor/compatible", "linux,kvm\0");
        assertFound(Hypervisor.KVM, false);
    }

    @Test
    void shouldFindContainerByMarkerFile() throws IOException {
        host.cpuFlags("tsc").file(".dockerenv", "");
        assertFound(Hypervisor.NONE, true);
        assertEquals("no hypervisor, in a container", Virtualization.detect(root).toString());
    }

    @Test
    void shouldFindContainerByControlGroup() throws IOException {
        host.cpuFlags("tsc").file("proc/self/cgroup", "0::/user.slice/user-1000.slice/session-1.scope\n");
        assertFound(Hypervisor.NONE, false);
        host.file("proc/self/cgroup", "1:cpu:/\n0::/kubepods.slice/cri-containerd-0123.scope\n");
        assertFound(Hypervisor.NONE, true);
    }

    @Test
    void shouldDetectThisHost() {
        FakeHost.assumeLinux();
        assertFalse(Virtualization.detect().toString().isEmpty());
    }

    private void assertFirmware(Hypervisor expected, String vendor, String product) throws IOException {
        host.file(DMI + "sys_vendor", vendor + "\n").file(DMI + "product_name", product + "\n");
        assertFound(expected, false);
    }

    private void assertFound(Hypervisor hypervisor, boolean isContainer) {
        Virtualization found = Virtualization.detect(root);
        assertEquals(hypervisor, found.hypervisor(), found::toString);
        assertEquals(isContainer, found.isContainer());
        assertTrue(!found.evidence().isEmpty() || found.equals(new Virtualization(Hypervisor.NONE, false,
                found.evidence())));
    }
}
