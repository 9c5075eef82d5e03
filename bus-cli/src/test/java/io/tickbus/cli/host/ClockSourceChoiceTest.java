// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.host.ClockSourceRating.Grade;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClockSourceChoiceTest {
    @TempDir
    Path root;

    private FakeHost host;

    @BeforeEach
    void fake() {
        host = new FakeHost(root);
    }

    @Test
    void shouldBeContentWithInvariantTsc() throws IOException {
        ClockSourceChoice choice = host.cpuFlags(FakeHost.INVARIANT).clockSource("tsc", "tsc hpet acpi_pm").choice();
        assertEquals(Grade.BEST, choice.active().grade());
        assertTrue(choice.isBestActive() && !choice.isWarning());
        assertEquals("", choice.remedy());
    }

    @Test
    void shouldPreferInvariantTscToKvmClock() throws IOException {
        ClockSourceChoice choice = host.cpuFlags(FakeHost.INVARIANT).clockSource("kvm-clock", "tsc kvm-clock").choice();
        assertEquals("tsc", choice.best().name());
        assertFalse(choice.isWarning());
        assertTrue(choice.remedy().contains("echo tsc > /sys/"), choice::remedy);
    }

    @Test
    void shouldPreferKvmClockToTscThatMayStop() throws IOException {
        ClockSourceChoice choice = host.cpuFlags("tsc constant_tsc").clockSource("tsc", "tsc kvm-clock").choice();
        assertEquals("kvm-clock", choice.best().name());
        assertTrue(choice.isWarning());
        assertTrue(choice.reason().contains("nonstop_tsc"), choice::reason);
    }

    @Test
    void shouldRateHypervisorsClocks() throws IOException {
        for (String name : List.of("kvm-clock", "hyperv_clocksource_tsc_page", "xen")) {
            ClockSourceChoice choice = host.cpuFlags("tsc hypervisor").clockSource(name, name + " acpi_pm").choice();
            assertEquals(Grade.GOOD, choice.active().grade());
            assertTrue(choice.isBestActive() && !choice.isWarning());
        }
    }

    @Test
    void shouldWarnOfHpetWithItsCostAndRemedy() throws IOException {
        ClockSourceChoice choice = host.cpuFlags(FakeHost.INVARIANT).clockSource("hpet", "hpet acpi_pm").choice();
        assertTrue(choice.isWarning() && choice.isBestActive());
        assertTrue(choice.reason().contains("system call") && choice.reason().contains("1 µs"), choice::reason);
        assertTrue(choice.remedy().contains("dmesg") && choice.remedy().contains("tsc=reliable"), choice::remedy);
    }

    @Test
    void shouldOfferTscInPlaceOfAcpiPm() throws IOException {
        ClockSourceChoice choice =
                host.cpuFlags(FakeHost.INVARIANT).clockSource("acpi_pm", "tsc hpet acpi_pm").choice();
        assertEquals(Grade.SLOW, choice.active().grade());
        assertEquals("tsc", choice.best().name());
        assertTrue(choice.remedy().contains("clocksource=tsc"), choice::remedy);
    }

    @Test
    void shouldRateTheCounterOfAarch64Best() throws IOException {
        ClockSourceChoice choice = host.file("proc/cpuinfo", "processor\t: 0\nFeatures\t: fp asimd evtstrm\n")
                .clockSource("arch_sys_counter", "arch_sys_counter").choice();
        assertEquals(Grade.BEST, choice.active().grade());
        assertTrue(choice.isBestActive() && !choice.isWarning());
    }

    @Test
    void shouldNeverPreferTicks() throws IOException {
        ClockSourceChoice choice = host.cpuFlags("tsc").clockSource("jiffies", "jiffies acpi_pm").choice();
        assertEquals(Grade.UNUSABLE, choice.active().grade());
        assertEquals("acpi_pm", choice.best().name());
    }

    @Test
    void shouldSayUnknownWhenSysfsIsHidden() {
        ClockSourceChoice choice = host.choice();
        assertEquals(ClockSources.UNKNOWN, choice.active().name());
        assertTrue(choice.isBestActive());
        assertTrue(ClockSources.read(root).available().isEmpty());
    }

    @Test
    void shouldReadProcessorFlags() throws IOException {
        host.cpuFlags("tsc constant_tsc nonstop_tsc tsc_known_freq tsc_reliable hypervisor");
        assertEquals(new CpuClockFlags(true, true, true, true, true, true), CpuClockFlags.read(root));
        host.cpuFlags("rdtscp tsc_adjust");
        assertEquals(new CpuClockFlags(false, false, false, false, false, false), CpuClockFlags.read(root));
    }

    @Test
    void shouldReadThisHost() {
        FakeHost.assumeLinux();
        ClockSources sources = ClockSources.read();
        assertFalse(ClockSourceChoice.of(sources, CpuClockFlags.read()).reason().isEmpty());
        assertTrue(sources.active().equals(ClockSources.UNKNOWN) || sources.available().contains(sources.active()));
    }
}
