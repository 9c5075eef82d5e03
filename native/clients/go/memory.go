// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"sync/atomic"
	"syscall"
	"unsafe"
)

const (
	ms, checkNs  = int64(1_000_000), int64(50_000_000) // nobody sleeps longer than checkNs
	noDeadline   = int64(1<<63 - 1)
	mostSequence = 1 << 62 // so that none overflows
	openFlags    = syscall.O_NOFOLLOW | syscall.O_CLOEXEC | syscall.O_NONBLOCK
	writable     = syscall.PROT_READ | syscall.PROT_WRITE
)

//go:linkname nanotime runtime.nanotime
func nanotime() int64

// Now is CLOCK_MONOTONIC in nanoseconds, the clock of every time on a bus.
func Now() int64 { return nanotime() }

// after is Now plus that many nanoseconds, and the end of time where that is beyond it.
func after(ns int64) int64 { return Now() + min(ns, noDeadline-Now()) }

// mapping is a mapped file. Its words are shared with other processes and touched by sync/atomic only.
type mapping struct {
	words []uint64
	id    syscall.Stat_t
}

func bytesOf(words []uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), 8*len(words))
}

func mapFile(fd int, length int64, protection int) (*mapping, error) {
	m := &mapping{}
	bytes, err := syscall.Mmap(fd, 0, int(length), protection, syscall.MAP_SHARED)
	if err == nil {
		m.words = unsafe.Slice((*uint64)(unsafe.Pointer(&bytes[0])), length/8)
		err = syscall.Fstat(fd, &m.id)
	}
	return m, err
}

func (m *mapping) load(word int) int64 { return int64(atomic.LoadUint64(&m.words[word])) }

func (m *mapping) store(word int, value int64) { atomic.StoreUint64(&m.words[word], uint64(value)) }

func (m *mapping) half(word int) *uint32 { return (*uint32)(unsafe.Pointer(&m.words[word])) }

func (m *mapping) state() uint32 { return atomic.LoadUint32(m.half(wordState)) }

func (m *mapping) ring() ring { return ringOf(m.words[headerBytes/8:]) }

func (m *mapping) close() {
	if m != nil && m.words != nil {
		syscall.Munmap(bytesOf(m.words))
		m.words = nil
	}
}

// isNamed says whether the name still means the file that it meant when that was opened.
func isNamed(path string, id *syscall.Stat_t) bool {
	var s syscall.Stat_t
	return syscall.Lstat(path, &s) == nil && s.Ino == id.Ino && s.Dev == id.Dev
}

func inode(path string) uint64 {
	var s syscall.Stat_t
	syscall.Stat(path, &s)
	return s.Ino
}

// sleepOn returns when woken, at untilNs, or at once where the word has another value.
func sleepOn(word *uint32, value uint32, untilNs int64) {
	const waitBitset = 9
	syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_TIMERSLACK, 1, 0)
	t := syscall.NsecToTimespec(untilNs)
	syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(word)), waitBitset, uintptr(value),
		uintptr(unsafe.Pointer(&t)), 0, 0xFFFFFFFF)
}
