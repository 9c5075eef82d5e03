// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// PublisherOptions: the zero value has 65,536 slots and a heartbeat each 100 ms.
type PublisherOptions struct {
	Slots     int64 // a power of two, 2 to 16,777,216
	Heartbeat time.Duration
}

// Publisher writes a bus of its own. It starts no goroutine: whoever publishes less often than the heartbeat's interval
// calls Heartbeat in between, or readers have to ask the lock whether it lives.
type Publisher struct {
	directory                string
	lock                     int // its descriptor; -1: closed
	locked                   syscall.Stat_t
	file, doorbell           *mapping
	ring                     ring
	next, intervalNs, beatAt int64
}

// Locks of an open file, which conflict with all record locks. Unlike those they are not released when the process
// closes another descriptor of the same file.
const openFileGetLock, openFileSetLock = 36, 37

// Publish opens a bus, given by its name or its directory: it is created, continued, or replaced.
func Publish(bus string, options PublisherOptions) (p *Publisher, err error) {
	defer catch(&err)
	if options.Slots == 0 {
		options.Slots = 1 << 16
	}
	if options.Heartbeat == 0 {
		options.Heartbeat = 100 * time.Millisecond
	}
	require(isSlotCount(uint64(options.Slots)) && options.Heartbeat >= time.Millisecond, Argument,
		"slots=%d heartbeat=%v: a power of two from 2 to %d, and 1ms at least", options.Slots, options.Heartbeat, mostSlots)
	directory := directoryOf(bus)
	os.Mkdir(filepath.Dir(directory), 0700)
	os.Mkdir(directory, 0700)
	checkDirectories(directory, os.Geteuid())
	p = &Publisher{directory: directory, intervalNs: int64(options.Heartbeat)}
	p.takeLock(directory + "/lock")
	isOpen := false
	defer func() {
		if !isOpen {
			p.release()
		}
	}()
	p.open(options.Slots)
	isOpen = true
	return p, nil
}

func (p *Publisher) takeLock(path string) {
	for start := Now(); ; time.Sleep(5 * time.Millisecond) {
		fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|openFlags, 0600)
		must(path, err)
		lock := syscall.Flock_t{Type: syscall.F_WRLCK, Len: 1}
		err = syscall.FcntlFlock(uintptr(fd), openFileSetLock, &lock)
		syscall.Fstat(fd, &p.locked)
		if p.lock = fd; err == nil && isNamed(path, &p.locked) { // else the bus was deleted meanwhile
			syscall.Pwrite(fd, []byte(fmt.Sprintf("%-79s\n", fmt.Sprintf("pid=%d start=0", os.Getpid()))), 0)
			return
		}
		syscall.Close(fd)
		// Where only a reader's shared lock is in the way, nobody publishes, and it is awaited for longer.
		waited := Now() - start
		require(waited < 100*ms || (waited < 2000*ms && !isLocked(path)), InUse, "%s", p.directory)
	}
}

func (p *Publisher) open(slots int64) {
	path := p.directory + "/signals"
	if s, err := os.Lstat(p.directory + "/doorbell"); err != nil || s.Mode()&077 != 0 {
		p.newFile("doorbell", headerBytes).close()
		must(path, os.Rename(p.directory+"/.new-doorbell", p.directory+"/doorbell"))
	}
	p.doorbell = openDoorbell(p.directory)
	if _, err := os.Lstat(path); os.IsNotExist(err) {
		p.create(slots, 0, 1, random())
		return
	}
	old, h := mapSignals(p.directory, os.Geteuid(), writable), thisHost()
	next, epoch, history := old.ring().recover(old.load(wordBase)), old.load(wordEpoch)+1, old.words[wordHistory]
	isOfHere := h.isBootOf(old) && h.isClockOf(old)
	if !isOfHere {
		next, history = max(next, max(old.load(wordBase), old.load(wordNext))), random()
	}
	require(next >= 0, Tampered, "%s", path)
	if isOfHere && old.load(wordSlots) == slots && old.load(wordOptions)&3 == optionsWaking {
		p.begin(old, next, epoch)
		return
	}
	defer old.close()
	p.create(slots, next, epoch, history)
	old.store(wordNext, next)
	atomic.StoreUint32(old.half(wordState), stateReplaced)
	raise(old)
}

func (p *Publisher) newFile(name string, length int64) *mapping {
	path := p.directory + "/.new-" + name
	os.Remove(path)
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_EXCL|openFlags, 0600)
	must(path, err)
	defer syscall.Close(fd)
	if err = syscall.Fallocate(fd, 0, 0, length); err != nil {
		os.Remove(path)
	}
	must(path, err)
	m, err := mapFile(fd, length, writable)
	must(path, err)
	return m
}

// create makes a file, begins its epoch, and gives it its name last.
func (p *Publisher) create(slots, base, epoch int64, history uint64) {
	length, h := headerBytes+64*slots, thisHost()
	m := p.newFile("signals", length)
	copy(m.words[1:], []uint64{layoutVersion | byteOrder<<32, headerBytes | 64<<32, uint64(slots), uint64(length),
		optionsWaking | 1<<32, uint64(base), history, h[0], h[1], h[2], h[3], uint64(time.Now().UnixMilli() * ms)})
	p.begin(m, base, epoch)
	m.store(0, signalsMagic)
	must(p.directory, os.Rename(p.directory+"/.new-signals", p.directory+"/signals"))
}

func (p *Publisher) begin(m *mapping, next, epoch int64) {
	now := Now()
	p.file, p.ring, p.next, p.beatAt = m, m.ring(), next, after(p.intervalNs)
	if p.ring.stamp(next) == -(next + 1) { // its writer died in it
		for i := 1; i < 8; i++ {
			atomic.StoreUint64(&p.ring.slot(next)[i], 0)
		}
	}
	for _, field := range [][2]int64{{wordInterval, p.intervalNs}, {wordHeartbeat, now}, {wordProcessor, 1<<32 - 1},
		{wordDeadline, noDeadline}, {wordNext, next}, {wordPid, int64(os.Getpid())}, {wordPid + 1, 0},
		{wordPid + 2, int64(inode("/proc/self/ns/pid"))}, {wordPid + 3, now}, {wordEpochSequence, next}, {wordEpoch, epoch}} {
		m.store(int(field[0]), field[1])
	}
	atomic.StoreUint32(m.half(wordState), stateOpen)
}

func random() (number uint64) {
	var words [1]uint64
	rand.Read(bytesOf(words[:]))
	return words[0]
}

// Next is the sequence of the next signal.
func (p *Publisher) Next() int64 { return p.next }

// Publish writes one signal and answers its sequence; the payload has 12 bytes at most.
func (p *Publisher) Publish(signalID int32, key int64, payload []byte) (int64, error) {
	now := Now()
	if len(payload) > 12 {
		return -1, fmt.Errorf("a payload of %d bytes is over 12: %w", len(payload), Argument)
	} else if now >= p.beatAt {
		if err := p.Heartbeat(); err != nil {
			return -1, err
		}
	}
	signal := Signal{PublishedNs: now, DeadlineNs: now, Key: key, SignalID: signalID}
	signal.length = uint8(copy(signal.payload[:], payload))
	p.ring.write(p.next, signal.record())
	p.next++
	p.file.store(wordNext, p.next)
	// Go's atomic operations are full fences: the signal is there before the flag is loaded.
	if p.doorbell == nil || p.file.load(wordOptions)&optionUnasked != 0 {
		raise(p.file)
	} else if parked := p.doorbell.half(wordParked); atomic.LoadUint32(parked) != 0 {
		atomic.StoreUint32(parked, 0)
		raise(p.file)
	}
	return p.next - 1, nil
}

// Heartbeat tells readers that this publisher lives; it fails, and closes, where its bus was deleted.
func (p *Publisher) Heartbeat() (err error) {
	defer catch(&err)
	require(p.lock >= 0, Argument, "%s: its publisher is closed", p.directory)
	p.beatAt = after(p.intervalNs)
	p.file.store(wordHeartbeat, Now())
	if !isNamed(p.directory+"/lock", &p.locked) || !isNamed(p.directory+"/signals", &p.file.id) {
		p.Close()
		require(false, Absent, "%s: the bus was deleted while it was published on", p.directory)
	}
	fresh := openDoorbell(p.directory) // restores what somebody has shortened
	p.doorbell.close()
	p.doorbell = fresh
	return nil
}

// Close marks the bus as closed, wakes its readers and releases the lock. The files stay and can be opened again.
func (p *Publisher) Close() {
	if p.lock >= 0 {
		p.file.store(wordDeadline, noDeadline)
		atomic.StoreUint32(p.file.half(wordState), stateClosed)
		raise(p.file)
	}
	p.release()
}

func (p *Publisher) release() {
	p.file.close()
	p.doorbell.close()
	if p.lock >= 0 {
		syscall.Close(p.lock)
		p.lock, p.ring, p.beatAt = -1, nil, 0
	}
}

// write publishes a record, whose first word counts for nothing. Each ring has one writer.
func (r ring) write(sequence int64, written *record) {
	slot := r.slot(sequence)
	atomic.StoreUint64(&slot[0], uint64(-(sequence + 1)))
	for i := 1; i < 8; i++ {
		atomic.StoreUint64(&slot[i], written[i])
	}
	atomic.StoreUint64(&slot[0], uint64(sequence+1))
}

// recover is the next sequence to be written, from the stamps alone; -1: they contradict each other. A slot whose
// writer died in it is half-written.
func (r ring) recover(base int64) int64 {
	next := base
	for i := range r {
		next = max(next, r.stamp(int64(i)))
	}
	for s := next - r.slots(); s < next; s++ {
		isUnwritten := s < base && r.stamp(s) == 0
		isHalfWritten := s == next-r.slots() && r.stamp(s) == -(next+1)
		if r.stamp(s) != s+1 && !isUnwritten && !isHalfWritten {
			return -1
		}
	}
	return next
}

// raise changes the word that sleepers sleep on, and wakes them. Only the publisher writes it.
func raise(signals *mapping) {
	const wake = 1
	word := signals.half(wordWake)
	atomic.StoreUint32(word, atomic.LoadUint32(word)+1)
	syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(word)), wake, 1<<31-1, 0, 0, 0)
}
