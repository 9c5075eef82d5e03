// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

const (
	layoutVersion, repliesVersion, headerBytes, mostSlots        = 2, 3, 4096, 1 << 24
	byteOrder                                             uint64 = 0x0A0B0C0D
	signalsMagic, repliesMagic, control                          = 0x314749534B434954, 0x315045524B434954, 0x314C54434B434954

	ms, checkNs  = int64(time.Millisecond), 50 * int64(time.Millisecond) // nobody sleeps longer than checkNs
	noDeadline   = int64(1<<63 - 1)
	mostSequence = 1 << 62 // so that none overflows

	// Words of 8 bytes in the header of signals.
	wordSlots, wordLength, wordOptions, wordBase, wordHistory, wordBoot         = 3, 4, 5, 6, 7, 8
	wordTimeNamespace, wordOffsetNs, wordCreated, wordEpoch, wordPid, wordStart = 10, 11, 12, 16, 17, 18
	wordPidNamespace, wordStarted, wordEpochSequence, wordState, wordHeartbeat  = 19, 20, 21, 22, 24
	wordInterval, wordCpu, wordDeadline, wordWake, wordNext, wordParked         = 25, 26, 32, 48, 64, 16

	optionsWaking, optionUnasked          = 3, 4
	stateOpen, stateClosed, stateReplaced = 1, 2, 3
	openFlags                             = syscall.O_NOFOLLOW | syscall.O_CLOEXEC | syscall.O_NONBLOCK
	writable                              = syscall.PROT_READ | syscall.PROT_WRITE
)

var (
	busName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$`)
	started = time.Now()
	clockNs = clockAt(started)
)

// clockAt is CLOCK_MONOTONIC at the time that Go's own monotonic clock, which is the same one, was read. Each attempt
// gives a lower and an upper bound; the tightest count.
func clockAt(start time.Time) int64 {
	low, high := int64(-1<<62), int64(1<<62)
	for i := 0; i < 100; i++ {
		var t syscall.Timespec
		before := int64(time.Since(start))
		syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&t)), 0)
		low, high = max(low, t.Nano()-int64(time.Since(start))), min(high, t.Nano()-before)
	}
	return low + (high-low)/2
}

// Now is CLOCK_MONOTONIC in nanoseconds, the clock of every time on a bus.
func Now() int64 { return clockNs + int64(time.Since(started)) }

// after is Now plus that many nanoseconds, and the end of time where that is beyond it.
func after(ns int64) int64 {
	if now := Now(); ns < 1<<63-1-now {
		return now + ns
	}
	return 1<<63 - 1
}

// directoryOf: a bus is given by its name, or by its path, which contains a slash.
func directoryOf(bus string) string {
	if strings.Contains(bus, "/") {
		return filepath.Clean(bus)
	}
	require(busName.MatchString(bus), Argument, "bus '%s': a name is 1 to 64 of A-Z a-z 0-9 . _ -; give another", bus)
	if root := os.Getenv("TICKBUS_DIR"); root != "" {
		return filepath.Join(root, bus)
	}
	root, runtime := fmt.Sprintf("/dev/shm/tickbus-%d", os.Geteuid()), os.Getenv("XDG_RUNTIME_DIR")
	var s, r syscall.Stat_t
	if syscall.Lstat(root, &s) == nil && int(s.Uid) != os.Geteuid() && filepath.IsAbs(runtime) &&
		syscall.Stat(runtime, &r) == nil && int(r.Uid) == os.Geteuid() { // somebody else has taken the place
		root = filepath.Join(runtime, "tickbus")
	}
	return filepath.Join(root, bus)
}

func isTrusted(uid uint32, owner int) bool { return int(uid) == os.Geteuid() || int(uid) == owner }

func checkDirectories(directory string, owner int) {
	for _, path := range []string{filepath.Dir(directory), directory} {
		var s syscall.Stat_t
		must(path, syscall.Lstat(path, &s))
		require(s.Mode&syscall.S_IFMT == syscall.S_IFDIR, NotABus, "%s: it is not a directory; give a bus's", path)
		require((s.Mode&syscall.S_IWOTH == 0 || s.Mode&syscall.S_ISVTX != 0) && (s.Uid == 0 || isTrusted(s.Uid, owner)),
			Permission, "%s: it is user %d's with mode %o; use a directory that no other can write", path, s.Uid, s.Mode&07777)
	}
}

// mapping is a mapped file. Its words are shared with other processes and touched by sync/atomic only.
type mapping struct {
	bytes []byte
	words []uint64
	stat  syscall.Stat_t
}

func (m *mapping) load(word int) int64 { return int64(atomic.LoadUint64(&m.words[word])) }

func (m *mapping) store(word int, value int64) { atomic.StoreUint64(&m.words[word], uint64(value)) }

func (m *mapping) half(word int) *uint32 { return (*uint32)(unsafe.Pointer(&m.words[word])) }

func (m *mapping) state() uint32 { return atomic.LoadUint32(m.half(wordState)) }

func (m *mapping) ring() ring { return ringOf(m.words[headerBytes/8:]) }

func (m *mapping) isNamed(path string) bool {
	var s syscall.Stat_t
	return syscall.Lstat(path, &s) == nil && s.Ino == m.stat.Ino && s.Dev == m.stat.Dev
}

func (m *mapping) close() {
	if m != nil && m.bytes != nil {
		syscall.Munmap(m.bytes)
		m.bytes, m.words = nil, nil
	}
}

func mapFile(fd, length, protection int) (*mapping, error) {
	m := &mapping{}
	err := syscall.Fstat(fd, &m.stat)
	if err == nil {
		m.bytes, err = syscall.Mmap(fd, 0, length, protection, syscall.MAP_SHARED)
	}
	if err == nil {
		m.words = unsafe.Slice((*uint64)(unsafe.Pointer(&m.bytes[0])), length/8)
	}
	return m, err
}

// mapChecked maps a file after the checks that signals and replies have in common. lengthOf is the length that the
// header implies, or 0 for a header that is wrong.
func mapChecked(path string, owner int, magic uint64, version uint32, protection int, lengthOf func(header []byte) int64) *mapping {
	mode := syscall.O_RDONLY
	if protection == writable {
		mode = syscall.O_RDWR
	}
	fd, err := syscall.Open(path, mode|openFlags, 0)
	must(path, err)
	defer syscall.Close(fd)
	var s syscall.Stat_t
	must(path, syscall.Fstat(fd, &s))
	require(s.Mode&syscall.S_IFMT == syscall.S_IFREG, NotABus, "%s: it is not a regular file; delete it", path)
	require(isTrusted(s.Uid, owner), Permission, "%s: it belongs to user %d; name the bus's owner", path, s.Uid)
	h := make([]byte, headerBytes)
	n, _ := syscall.Pread(fd, h, 0)
	require(n == headerBytes, Truncated, "%s: its %d bytes are no whole header; start its publisher again", path, s.Size)
	found, slots, order := word(h), int64(word(h[24:])), word(h[8:])>>32
	require(found != bits.ReverseBytes64(magic) && (found != magic || order == byteOrder), WrongByteOrder,
		"%s: byteOrder=%#x is another machine's; use a bus of this machine", path, order)
	require(found == magic, NotABus, "%s: magic=%#x is not that of a bus; give a bus's directory", path, found)
	require(uint32(word(h[8:])) == version, WrongVersion, "%s: layoutVersion=%d and not %d; use the same release on both sides",
		path, uint32(word(h[8:])), version)
	implied := lengthOf(h)
	require(word(h[16:]) == headerBytes|64<<32, WrongGeometry,
		"%s: its header or records have other lengths; start its publisher again", path)
	require(slots >= 2 && slots <= mostSlots && slots&(slots-1) == 0 && implied > 0, Tampered,
		"%s: its header is wrong, slotCount=%d; start its publisher again", path, slots)
	require(s.Size == implied && int64(word(h[32:])) == implied, Truncated,
		"%s: it has %d bytes and not %d; start its publisher again", path, s.Size, implied)
	m, err := mapFile(fd, int(s.Size), protection)
	must(path, err)
	return m
}

func signalsLength(header []byte) int64 {
	if word(header[40:])>>32 != 1 || word(header[48:]) > mostSequence {
		return 0
	}
	return headerBytes + 64*int64(word(header[24:]))
}

// host is what a signals file must agree with: the boot and the clock.
type host struct {
	boot                    [16]byte
	timeNamespace, offsetNs int64
}

func thisHost() (h host) {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	hex.Decode(h.boot[:], []byte(strings.ReplaceAll(strings.TrimSpace(string(text)), "-", "")))
	h.timeNamespace = inode("/proc/self/ns/time")
	text, _ = os.ReadFile("/proc/self/timens_offsets")
	if _, line, ok := strings.Cut(string(text), "monotonic"); ok {
		var seconds, ns int64
		fmt.Sscan(line, &seconds, &ns)
		h.offsetNs = seconds*1e9 + ns
	}
	return h
}

func inode(path string) int64 {
	var s syscall.Stat_t
	syscall.Stat(path, &s)
	return int64(s.Ino)
}

func (h host) isBootOf(m *mapping) bool {
	boot := *(*[16]byte)(m.bytes[wordBoot*8:])
	return boot == h.boot || boot == [16]byte{} || h.boot == [16]byte{}
}

func (h host) isClockOf(m *mapping) bool { return m.load(wordOffsetNs) == h.offsetNs }

// attach maps signals read-only after every check.
func attach(directory string, owner int) *mapping {
	checkDirectories(directory, owner)
	path := directory + "/signals"
	m := mapChecked(path, owner, signalsMagic, layoutVersion, syscall.PROT_READ, signalsLength)
	isSound := false
	defer func() {
		if !isSound {
			m.close()
		}
	}()
	h, next, base := thisHost(), m.load(wordNext), m.load(wordBase)
	require(h.isBootOf(m), AnotherBoot, "%s: it is from before the last boot; start its publisher again", path)
	require(h.isClockOf(m), AnotherTimeNamespace, "%s: its clock is another time namespace's; run in its publisher's", path)
	isSound = next >= base && next <= mostSequence && (next == base || magnitude(m.ring().stamp(next-1)) >= next)
	require(isSound, Tampered, "%s: its contents contradict each other; delete the bus", path)
	return m
}

// openDoorbell is nil where there is none, or none that this user may write.
func openDoorbell(directory string) *mapping {
	fd, err := syscall.Open(directory+"/doorbell", syscall.O_RDWR|openFlags, 0)
	if err != nil {
		return nil
	}
	defer syscall.Close(fd)
	if _, err := syscall.Pwrite(fd, []byte{0}, headerBytes-1); err != nil { // brings back what somebody has shortened
		return nil
	}
	m, err := mapFile(fd, headerBytes, writable)
	if err != nil {
		return nil
	}
	return m
}

// sleepOn returns when woken, at untilNs, or at once where the word has another value.
func sleepOn(word *uint32, value uint32, untilNs int64) {
	const waitBitset = 9
	syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_TIMERSLACK, 1, 0)
	t := syscall.NsecToTimespec(untilNs)
	syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(word)), waitBitset, uintptr(value),
		uintptr(unsafe.Pointer(&t)), 0, 0xFFFFFFFF)
}

// raise changes the word that sleepers sleep on, and wakes them.
func raise(signals *mapping) {
	const wake = 1
	word := signals.half(wordWake)
	atomic.StoreUint32(word, atomic.LoadUint32(word)+1)
	syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(word)), wake, 1<<31-1, 0, 0, 0)
}

func word(bytes []byte) uint64 { return binary.LittleEndian.Uint64(bytes) }
