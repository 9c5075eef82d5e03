// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// PublisherOptions: the zero value has 65,536 slots and a heartbeat each 100 ms.
type PublisherOptions struct {
	Slots     int64 // a power of two, 2 to 16,777,216
	Heartbeat time.Duration
}

// Publisher writes a bus of its own. It starts no goroutine: whoever publishes less often than the heartbeat's interval
// calls Heartbeat in between, or readers have to ask the lock whether it lives.
type Publisher struct {
	directory, lockFile string
	lock                *os.File
	locked              fileID
	file, doorbell      *mapping
	ring                ring
	next                int64
	intervalNs, beatAt  int64
}

// fileID tells files apart whatever the path they are reached by.
type fileID struct{ device, inode uint64 }

func idOf(s *syscall.Stat_t) fileID { return fileID{s.Dev, s.Ino} }

// held are the lock files that this process holds: closing any other descriptor of one would release its lock.
var held = struct {
	sync.Mutex
	files map[fileID]bool
}{files: map[fileID]bool{}}

// isHeld is for callers that have locked held.
func isHeld(path string) bool {
	var s syscall.Stat_t
	return syscall.Lstat(path, &s) == nil && held.files[idOf(&s)]
}

// Publish opens a bus, given by its name or its directory: it is created, continued, or replaced.
func Publish(bus string, options PublisherOptions) (p *Publisher, err error) {
	defer catch(&err)
	if options.Slots == 0 {
		options.Slots = 1 << 16
	}
	if options.Heartbeat == 0 {
		options.Heartbeat = 100 * time.Millisecond
	}
	isPower := options.Slots >= 2 && options.Slots <= mostSlots && options.Slots&(options.Slots-1) == 0
	require(isPower && options.Heartbeat >= time.Millisecond, Argument, "slots=%d heartbeat=%v: they must be a power of two "+
		"from 2 to %d, and at least 1ms; change them", options.Slots, options.Heartbeat, mostSlots)
	directory := directoryOf(bus)
	os.Mkdir(filepath.Dir(directory), 0700)
	os.Mkdir(directory, 0700)
	checkDirectories(directory, os.Geteuid())
	p = &Publisher{directory: directory, lockFile: directory + "/lock", intervalNs: int64(options.Heartbeat)}
	isOpen := false
	defer func() {
		if !isOpen {
			p.release()
		}
	}()
	p.takeLock()
	p.open(options.Slots)
	isOpen = true
	return p, nil
}

func (p *Publisher) takeLock() {
	held.Lock()
	defer held.Unlock()
	for start := Now(); !isHeld(p.lockFile); time.Sleep(5 * time.Millisecond) {
		file, err := os.OpenFile(p.lockFile, os.O_RDWR|os.O_CREATE|openFlags, 0600)
		must(p.lockFile, err)
		lock := syscall.Flock_t{Type: syscall.F_WRLCK, Len: 1}
		if syscall.FcntlFlock(file.Fd(), syscall.F_SETLK, &lock) == nil {
			at, _ := os.Lstat(p.lockFile)
			if of, _ := file.Stat(); at != nil && os.SameFile(of, at) { // else the bus was deleted meanwhile
				fmt.Fprintf(file, "%-79s\n", fmt.Sprintf("pid=%d start=%d", os.Getpid(), startTicks()))
				p.lock, p.locked = file, idOf(of.Sys().(*syscall.Stat_t))
				held.files[p.locked] = true
				return
			}
		}
		// Where only a reader's shared lock is in the way, nobody publishes, and it is awaited for longer.
		lock = syscall.Flock_t{Type: syscall.F_RDLCK, Len: 1}
		isShared := syscall.FcntlFlock(file.Fd(), syscall.F_GETLK, &lock) == nil && lock.Type == syscall.F_UNLCK
		file.Close()
		if waited := Now() - start; waited > 2000*ms || (waited > 100*ms && !isShared) {
			break
		}
	}
	require(false, InUse, "%s: another publishes on this bus; stop it, or use another name", p.directory)
}

func startTicks() (ticks int64) {
	text, _ := os.ReadFile("/proc/self/stat")
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	fmt.Sscan(fields[19], &ticks)
	return ticks
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
	old := mapChecked(path, os.Geteuid(), signalsMagic, layoutVersion, writable, signalsLength)
	h, history, epoch := thisHost(), old.words[wordHistory], old.load(wordEpoch)+1
	isOfHere := h.isBootOf(old) && h.isClockOf(old)
	next := old.ring().recover(old.load(wordBase))
	require(next >= 0 || isOfHere == false, Tampered, "%s: its stamps contradict each other; delete the bus", path)
	if next < 0 {
		next = max(old.load(wordBase), old.load(wordNext))
	}
	if isOfHere && old.load(wordSlots) == slots && old.load(wordOptions)&3 == optionsWaking {
		p.begin(old, next, epoch)
		return
	}
	defer old.close()
	if !isOfHere {
		history = random()
	}
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
	m, err := mapFile(fd, int(length), writable)
	must(path, err)
	return m
}

// create makes a file, begins its epoch, and gives it its name last.
func (p *Publisher) create(slots, base, epoch int64, history uint64) {
	m, h := p.newFile("signals", headerBytes+64*slots), thisHost()
	copy(m.words[1:], []uint64{layoutVersion | byteOrder<<32, headerBytes | 64<<32, uint64(slots), uint64(headerBytes + 64*slots),
		optionsWaking | 1<<32, uint64(base), history})
	copy(m.bytes[wordBoot*8:], h.boot[:])
	m.store(wordTimeNamespace, h.timeNamespace)
	m.store(wordOffsetNs, h.offsetNs)
	m.store(wordCreated, time.Now().UnixMilli()*ms)
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
	for _, field := range [][2]int64{{wordInterval, p.intervalNs}, {wordHeartbeat, now}, {wordCpu, 1<<32 - 1},
		{wordDeadline, noDeadline}, {wordNext, next}, {wordPid, int64(os.Getpid())}, {wordStart, startTicks()},
		{wordPidNamespace, inode("/proc/self/ns/pid")}, {wordStarted, now}, {wordEpochSequence, next}, {wordEpoch, epoch}} {
		m.store(int(field[0]), field[1])
	}
	atomic.StoreUint32(m.half(wordState), stateOpen)
}

func random() uint64 {
	var bytes [8]byte
	rand.Read(bytes[:])
	return word(bytes[:])
}

// Next is the sequence of the next signal.
func (p *Publisher) Next() int64 { return p.next }

// Publish writes one signal and answers its sequence; the payload has 12 bytes at most.
func (p *Publisher) Publish(signalID int32, key int64, payload []byte) (int64, error) {
	now := Now()
	if len(payload) > 12 {
		return -1, fail(Argument, "payload=%d bytes: a signal carries 12 at most; send less", len(payload))
	} else if now >= p.beatAt {
		if err := p.Heartbeat(); err != nil {
			return -1, err
		}
	}
	var bytes [16]byte
	copy(bytes[:], payload)
	p.ring.write(p.next, &record{1: uint64(now), 2: uint64(now), 3: uint64(key),
		4: uint64(uint32(signalID)) | uint64(len(payload))<<56, 6: word(bytes[0:]), 7: word(bytes[8:])})
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
	require(p.file.words != nil, Argument, "%s: its publisher is closed; open it again", p.directory)
	p.beatAt = after(p.intervalNs)
	p.file.store(wordHeartbeat, Now())
	at, _ := os.Lstat(p.lockFile)
	if of, _ := p.lock.Stat(); at == nil || !os.SameFile(of, at) || !p.file.isNamed(p.directory+"/signals") {
		p.Close()
		require(false, Absent, "%s: the bus was deleted while it was published on; open it again", p.directory)
	}
	fresh := openDoorbell(p.directory) // restores what somebody has shortened
	p.doorbell.close()
	p.doorbell = fresh
	return nil
}

// Close marks the bus as closed, wakes its readers and releases the lock. The files stay and can be opened again.
func (p *Publisher) Close() {
	if p.file != nil && p.file.words != nil {
		p.file.store(wordDeadline, noDeadline)
		atomic.StoreUint32(p.file.half(wordState), stateClosed)
		raise(p.file)
	}
	p.release()
}

func (p *Publisher) release() {
	p.file.close()
	p.doorbell.close()
	if p.lock != nil {
		held.Lock()
		defer held.Unlock()
		delete(held.files, p.locked)
		p.lock.Close()
		p.lock = nil
	}
}
