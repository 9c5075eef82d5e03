// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.platform.ClockDiscipline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HostChecksTest {
    private static final String LIMITS = "Limit                     Soft Limit           Hard Limit           Units%n"
            + "Max open files            %s                 %s                 files%n"
            + "Max locked memory         65536                65536                bytes%n"
            + "Max realtime priority     %s                    0%n";

    @TempDir
    private Path root;
    private FakeTree tree;
    private int effectiveUs = -1;
    private Optional<ClockDiscipline> kernel = Optional.empty();

    @BeforeEach
    void begin() {
        tree = new FakeTree(root);
    }

    private List<Finding> findings() {
        List<Finding> findings = new ArrayList<>(new KernelChecks(tree.files()).findings());
        findings.addAll(new ClockChecks(tree.files(), kernel).findings());
        findings.addAll(new ProcessorChecks(tree.files()).findings());
        findings.addAll(new IdleChecks(tree.files(), effectiveUs).findings());
        findings.addAll(new MemoryChecks(tree.files(), tree.root()).findings());
        findings.addAll(new LimitChecks(tree.files()).findings());
        return findings;
    }

    private Verdict verdict(String name) {
        Finding finding = FakeTree.named(name, findings());
        if (finding.verdict() == Verdict.WARN || finding.verdict() == Verdict.BAD) {
            assertNotNull(finding.remedy(), name);
        }
        return finding.verdict();
    }

    @Test
    void shouldSurviveAnEmptyTree() {
        List<Finding> findings = findings();
        assertEquals(23, findings.size());
        assertTrue(findings.stream().noneMatch(Finding::isUnusable));
    }

    @ParameterizedTest
    @CsvSource({"makestep 1 3,OK,OK", "makestep 1.0 -1,WARN,OK", "server 169.254.169.123 prefer iburst,OK,WARN",
        "pool time.google.com iburst,OK,WARN", "leapsecmode slew,OK,WARN", "leapsectz right/UTC,OK,OK",
        "# server time.google.com,OK,OK", "pool 2.debian.pool.ntp.org iburst,OK,OK"})
    void shouldJudgeHowChronyKeepsTheClock(String line, Verdict steps, Verdict smear) throws IOException {
        tree.file("etc/chrony/chrony.conf", "driftfile /var/lib/chrony/drift\n" + line);
        assertEquals(steps, verdict("clock-steps"));
        assertEquals(smear, verdict("clock-smear"));
    }

    @Test
    void shouldJudgeHowTimesyncdAndKernelKeepTheClock() throws IOException {
        assertEquals(Verdict.UNKNOWN, verdict("clock-steps"));
        assertEquals(Verdict.UNKNOWN, verdict("clock-error"));
        tree.file("run/systemd/timesync/synchronized", "");
        tree.file("etc/systemd/timesyncd.conf", "[Time]\nNTP=10.0.0.1 time1.google.com");
        kernel = Optional.of(new ClockDiscipline(false, 16_000_000_000L, 0, 0));
        assertEquals(Verdict.WARN, verdict("clock-steps"));
        assertEquals(Verdict.WARN, verdict("clock-smear"));
        assertEquals(Verdict.WARN, verdict("clock-error"));
        assertTrue(FakeTree.named("tai-offset", findings()).value().contains("shows UTC"));
        kernel = Optional.of(new ClockDiscipline(true, 20_000, 0, 37));
        assertEquals("up to 20 µs", FakeTree.named("clock-error", findings()).value());
        assertEquals("37 s", FakeTree.named("tai-offset", findings()).value());
    }

    @ParameterizedTest
    @CsvSource({"performance,performance,OK", "performance,powersave,WARN", "schedutil,schedutil,WARN"})
    void shouldJudgeTheGovernorOfEachProcessor(String first, String second, Verdict expected) throws IOException {
        tree.file("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", first)
                .file("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", second);
        assertEquals(expected, verdict("governor"));
    }

    @ParameterizedTest
    @CsvSource({"tsc,tsc kvm-clock,OK", "hpet,tsc hpet,BAD", "acpi_pm,acpi_pm,BAD", "kvm-clock,kvm-clock tsc,WARN"})
    void shouldJudgeTheClockSource(String active, String available, Verdict expected) throws IOException {
        String folder = "sys/devices/system/clocksource/clocksource0/";
        tree.file(folder + "current_clocksource", active).file(folder + "available_clocksource", available)
                .file("proc/cpuinfo", "flags\t: tsc constant_tsc nonstop_tsc");
        assertEquals(expected, verdict("clock-source"));
    }

    @ParameterizedTest
    @CsvSource({"[always] madvise never,WARN", "always [madvise] never,OK", "nonsense,UNKNOWN"})
    void shouldJudgeHugePages(String text, Verdict expected) throws IOException {
        tree.file("sys/kernel/mm/transparent_hugepage/enabled", text);
        assertEquals(expected, verdict("huge-pages"));
    }

    @ParameterizedTest
    @CsvSource({"always within_size advise [never] deny force,OK", "[always] within_size advise never,WARN"})
    void shouldJudgeSharedHugePages(String text, Verdict expected) throws IOException {
        tree.file("sys/kernel/mm/transparent_hugepage/shmem_enabled", text);
        assertEquals(expected, verdict("shared-huge-pages"));
    }

    @Test
    void shouldJudgeSwapSiblingsAndIsolation() throws IOException {
        tree.file("proc/swaps", "Filename Type\n/swapfile file 1 2 3").file("sys/devices/system/cpu/smt/active", "1")
                .file("sys/devices/system/cpu/isolated", "").file("proc/self/status", "Cpus_allowed_list:\t0-7");
        assertEquals(Verdict.WARN, verdict("swap"));
        assertEquals(Verdict.WARN, verdict("smt"));
        assertEquals(Verdict.WARN, verdict("isolation"));
        tree.file("proc/swaps", "Filename Type").file("sys/devices/system/cpu/smt/active", "0")
                .file("sys/devices/system/cpu/isolated", "6-7");
        assertEquals(Verdict.OK, verdict("swap"));
        assertEquals(Verdict.OK, verdict("smt"));
        assertEquals(Verdict.OK, verdict("isolation"));
    }

    @ParameterizedTest
    @CsvSource({"0-3,OK", "2,BAD", "nonsense,UNKNOWN"})
    void shouldJudgeTheNumberOfProcessors(String allowed, Verdict expected) throws IOException {
        tree.file("proc/self/status", "Cpus_allowed_list:\t" + allowed);
        assertEquals(expected, verdict("cpus"));
    }

    @ParameterizedTest
    @CsvSource({"20,OK", "890,WARN"})
    void shouldJudgeTheDeepestEnabledIdleState(int latencyUs, Verdict expected) throws IOException {
        String states = "sys/devices/system/cpu/cpu0/cpuidle/";
        tree.file(states + "state0/name", "POLL").file(states + "state0/latency", "0")
                .file(states + "state1/name", "C6").file(states + "state1/latency", "" + latencyUs)
                .file(states + "state2/name", "C10").file(states + "state2/latency", "9000")
                .file(states + "state2/disable", "1");
        assertEquals(expected, verdict("idle-states"));
    }

    @ParameterizedTest
    @CsvSource({"haltpoll,haltpoll,0,WARN", "haltpoll,haltpoll,200000,OK", "intel_idle,menu,,OK", "none,menu,,UNKNOWN"})
    void shouldJudgeTheIdleDriver(String driver, String governor, String pollNs, Verdict expected) throws IOException {
        tree.file("sys/devices/system/cpu/cpuidle/current_driver", driver)
                .file("sys/devices/system/cpu/cpuidle/current_governor", governor)
                .file("sys/module/haltpoll/parameters/guest_halt_poll_ns", pollNs == null ? "" : pollNs);
        assertEquals(expected, verdict("idle-driver"));
    }

    @ParameterizedTest
    @CsvSource({"-1,0,WARN,cannot be read", "2000000000,0,WARN,not limited", "0,0,OK,to 0 us on all",
        "2000000000,n/a,OK,not limited; cpu1 0 us"})
    void shouldJudgeTheIdleLatency(int ofHost, String ofProcessor, Verdict expected, String value)
            throws IOException {
        effectiveUs = ofHost;
        tree.file("sys/devices/system/cpu/cpu0/power/pm_qos_resume_latency_us", "0")
                .file("sys/devices/system/cpu/cpu1/power/pm_qos_resume_latency_us", ofProcessor);
        assertEquals(expected, verdict("idle-latency"));
        String found = FakeTree.named("idle-latency", findings()).value();
        assertTrue(found.contains(value), found);
    }

    @ParameterizedTest
    @CsvSource({"max 100000,OK", "150000 100000,BAD", "nonsense,OK", "5 0,OK"})
    void shouldJudgeTheQuotaOfTheUnifiedHierarchy(String text, Verdict expected) throws IOException {
        tree.file("proc/self/cgroup", "0::/a").file("sys/fs/cgroup/a/cpu.max", text);
        assertEquals(expected, verdict("cpu-quota"));
    }

    @ParameterizedTest
    @CsvSource({"-1,OK", "50000,BAD"})
    void shouldJudgeTheQuotaOfTheOldHierarchy(String quota, Verdict expected) throws IOException {
        tree.file("proc/self/cgroup", "3:cpu,cpuacct:/a").file("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", quota)
                .file("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000");
        assertEquals(expected, verdict("cpu-quota"));
    }

    @Test
    void shouldJudgeLimits() throws IOException {
        tree.file("proc/self/limits", String.format(LIMITS, "512", "512", "0"));
        assertEquals(Verdict.WARN, verdict("nofile"));
        assertEquals(Verdict.WARN, verdict("rtprio"));
        assertEquals(Verdict.OK, verdict("memlock"));
        tree.file("proc/self/limits", String.format(LIMITS, "20000", "20000", "99"));
        assertEquals(Verdict.OK, verdict("nofile"));
        assertEquals(Verdict.OK, verdict("rtprio"));
    }

    @ParameterizedTest
    @CsvSource({"none (voluntary) full,Linux,WARN", "none voluntary (full),Linux,OK",
        ",Linux version 6 #1 SMP PREEMPT_DYNAMIC,OK", ",Linux version 5 #1 SMP PREEMPT_RT,OK",
        ",Linux version 5 #1 SMP Debian,WARN"})
    void shouldJudgePreemption(String preempt, String version, Verdict expected) throws IOException {
        if (preempt != null) {
            tree.file("sys/kernel/debug/sched/preempt", preempt);
        }
        tree.file("proc/version", version);
        assertEquals(expected, verdict("preemption"));
    }

    @Test
    void shouldTellAVirtualMachineAndItsStolenTime() throws IOException {
        tree.file("proc/cpuinfo", "flags\t: tsc hypervisor").file("proc/stat", "cpu  50 0 0 50 0 0 0 25 0 0");
        Finding finding = FakeTree.named("virtualization", findings());
        assertEquals(Verdict.WARN, finding.verdict());
        assertTrue(finding.value().contains("20.00 %"), finding.value());
    }

    @ParameterizedTest
    @CsvSource({"1000000,BAD", "20000000,WARN", "1000000000,OK"})
    void shouldJudgeFreeSharedMemory(long usable, Verdict expected) {
        assertEquals(expected, new MemoryChecks(tree.files(), tree.root()).storage("tmpfs", 1_000_000_000, usable)
                .verdict());
    }

    @Test
    void shouldWarnOfBusesOnADisk() {
        Finding finding = new MemoryChecks(tree.files(), Path.of("/var/buses")).storage("ext4", 1L << 40, 1L << 39);
        assertEquals(Verdict.WARN, finding.verdict());
        assertTrue(finding.value().contains("ext4 of /var/buses"), finding.value());
    }

    @Test
    void shouldFindTheTightestLimitOfAllGroupsAbove() throws IOException {
        tree.file("proc/self/cgroup", "0::/a/b").file("sys/fs/cgroup/a/b/cpu.max", "max 100000")
                .file("sys/fs/cgroup/a/cpu.max", "50000 100000").file("sys/fs/cgroup/cpu.max", "400000 100000")
                .file("sys/fs/cgroup/a/b/memory.max", "max").file("sys/fs/cgroup/a/memory.max", "33554432");
        Finding finding = FakeTree.named("cpu-quota", findings());
        assertEquals("0.50 processors per 100 ms", finding.value());
        assertEquals(Verdict.WARN, verdict("memory-limit"));
    }
}
