// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"encoding/hex"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

const (
	layoutVersion, repliesVersion, headerBytes, mostSlots = 2, 3, 4096, 1 << 24
	signalsMagic, repliesMagic, controlMagic              = 0x314749534B434954, 0x315045524B434954, 0x314C54434B434954
	byteOrder                                             = 0x0A0B0C0D
	stateOpen, stateClosed, stateReplaced                 = 1, 2, 3
	optionsWaking, optionUnasked                          = 3, 4

	// Words of 8 bytes in the header of signals; wordParked in doorbell.
	wordSlots, wordOptions, wordBase, wordHistory, wordHost, wordCreated, wordEpoch   = 3, 5, 6, 7, 8, 12, 16
	wordPid, wordEpochSequence, wordState, wordHeartbeat, wordInterval, wordProcessor = 17, 21, 22, 24, 25, 26
	wordDeadline, wordWake, wordNext, wordParked                                      = 32, 48, 64, 16
)

var busName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$`)

// directoryOf: a bus is given by its name, or by its path, which contains a slash.
func directoryOf(bus string) string {
	if strings.Contains(bus, "/") {
		return filepath.Clean(bus)
	}
	require(busName.MatchString(bus), Argument, "bus '%s': a name is 1 to 64 of A-Z a-z 0-9 . _ -", bus)
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

func isTrusted(s *syscall.Stat_t, owner int) bool {
	return int(s.Uid) == os.Geteuid() || int(s.Uid) == owner
}

func checkDirectories(directory string, owner int) {
	for _, path := range []string{filepath.Dir(directory), directory} {
		var s syscall.Stat_t
		must(path, syscall.Lstat(path, &s))
		require(s.Mode&syscall.S_IFMT == syscall.S_IFDIR, NotABus, "%s: it is not a directory", path)
		isClosed := s.Mode&syscall.S_IWOTH == 0 || s.Mode&syscall.S_ISVTX != 0
		require(isClosed && (s.Uid == 0 || isTrusted(&s, owner)), Permission, "%s: user %d, mode %o", path, s.Uid, s.Mode&07777)
	}
}

// header is what lies before the slots, as it was before the file was mapped.
type header [headerBytes / 8]uint64

// mapChecked maps a file after the checks that signals and replies have in common. lengthOf is the length that the
// header implies, or 0 for a header that is wrong.
func mapChecked(path string, owner int, magic, version uint64, protection int, lengthOf func(h *header) int64) *mapping {
	fd, err := syscall.Open(path, protection&syscall.O_RDWR|openFlags, 0) // O_RDWR is PROT_WRITE
	must(path, err)
	defer syscall.Close(fd)
	var s syscall.Stat_t
	must(path, syscall.Fstat(fd, &s))
	require(s.Mode&syscall.S_IFMT == syscall.S_IFREG, NotABus, "%s: it is not a regular file", path)
	require(isTrusted(&s, owner), Permission, "%s: it belongs to user %d", path, s.Uid)
	h := &header{}
	n, _ := syscall.Pread(fd, bytesOf(h[:]), 0)
	require(n == headerBytes, Truncated, "%s: its %d bytes are no whole header", path, s.Size)
	isForeign := h[0] == bits.ReverseBytes64(magic) || (h[0] == magic && h[1]>>32 != byteOrder)
	require(!isForeign, WrongByteOrder, "%s: byteOrder=%#x", path, h[1]>>32)
	require(h[0] == magic, NotABus, "%s: magic=%#x", path, h[0])
	require(h[1]&0xFFFFFFFF == version, WrongVersion, "%s: layoutVersion=%d and not %d", path, h[1]&0xFFFFFFFF, version)
	require(h[2] == headerBytes|64<<32, WrongGeometry, "%s: headerBytes and recordBytes are %#x", path, h[2])
	length := lengthOf(h)
	require(isSlotCount(h[wordSlots]) && length > 0, Tampered, "%s: slotCount=%d, or a field with it", path, h[wordSlots])
	require(s.Size == length && h[4] == uint64(length), Truncated, "%s: it has %d bytes and not %d", path, s.Size, length)
	m, err := mapFile(fd, length, protection)
	must(path, err)
	return m
}

func isSlotCount(slots uint64) bool { return slots >= 2 && slots <= mostSlots && slots&(slots-1) == 0 }

func mapSignals(directory string, owner int, protection int) *mapping {
	return mapChecked(directory+"/signals", owner, signalsMagic, layoutVersion, protection, func(h *header) int64 {
		if h[wordOptions]>>32 != 1 || h[wordBase] > mostSequence {
			return 0
		}
		return headerBytes + 64*int64(h[wordSlots])
	})
}

// host is what a signals file must agree with: the boot in two words, the time namespace, and its offset.
type host [4]uint64

func thisHost() (h host) {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	hex.Decode(bytesOf(h[:2]), []byte(strings.ReplaceAll(strings.TrimSpace(string(text)), "-", "")))
	h[2] = inode("/proc/self/ns/time")
	text, _ = os.ReadFile("/proc/self/timens_offsets")
	_, line, _ := strings.Cut(string(text), "monotonic")
	var seconds, ns int64
	fmt.Sscan(line, &seconds, &ns)
	h[3] = uint64(seconds*1e9 + ns)
	return h
}

func (h host) isBootOf(m *mapping) bool {
	boot := *(*[2]uint64)(m.words[wordHost:])
	return boot == *(*[2]uint64)(h[:]) || boot == [2]uint64{} || h[0]|h[1] == 0
}

func (h host) isClockOf(m *mapping) bool { return m.words[wordHost+3] == h[3] }

// attach maps signals read-only after every check.
func attach(directory string, owner int) *mapping {
	checkDirectories(directory, owner)
	m, h := mapSignals(directory, owner, syscall.PROT_READ), thisHost()
	isOfBoot, isOfClock, next, base := h.isBootOf(m), h.isClockOf(m), m.load(wordNext), m.load(wordBase)
	isSound := next >= base && next <= mostSequence && (next == base || magnitude(m.ring().stamp(next-1)) >= next)
	if !isOfBoot || !isOfClock || !isSound {
		m.close()
	}
	require(isOfBoot, AnotherBoot, "%s", directory)
	require(isOfClock, AnotherTimeNamespace, "%s", directory)
	require(isSound, Tampered, "%s: nextSequence=%d", directory, next)
	return m
}

// openDoorbell is nil where there is none, or none that this user may write.
func openDoorbell(directory string) (m *mapping) {
	fd, err := syscall.Open(directory+"/doorbell", syscall.O_RDWR|openFlags, 0)
	if err != nil {
		return nil
	}
	defer syscall.Close(fd)
	if _, err := syscall.Pwrite(fd, []byte{0}, headerBytes-1); err == nil { // brings back what somebody has shortened
		m, _ = mapFile(fd, headerBytes, writable)
	}
	return m
}
