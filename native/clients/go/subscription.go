// SPDX-License-Identifier: Apache-2.0

// Package tickbus reads signals from a Tickbus, publishes on a bus of one's own, and arms timers at a daemon.
//
// It is pure Go for 64-bit little-endian Linux, starts no goroutine, and polls without allocating. An object is for one
// goroutine at a time. A mapped file that its owner shortens ends the process with SIGBUS; a program that must survive
// this calls debug.SetPanicOnFault.
package tickbus

import (
	"syscall"
	"unsafe"
)

// Flags of a signal.
const (
	Late           = 0x01 // the timer fired later than its grace allows
	Coalesced      = 0x02 // Missed further occurrences are part of this signal
	Recovered      = 0x04 // the timer was recovered after a restart
	MaybeDuplicate = 0x08 // it may have been published before
	Last           = 0x10 // the timer will not fire again

	coalesced, lostBit, placeholder = Coalesced << 48, 0x40 << 48, 0x60 << 48 // of a record that is no signal: 0x20 ABSENT and 0x40 LOST
)

// Signal is a copy of one record, laid out as in a slot, so that it is copied by eight loads. All times are
// CLOCK_MONOTONIC nanoseconds.
type Signal struct {
	Sequence, PublishedNs, DeadlineNs, Key int64
	SignalID                               int32
	Owner                                  uint16 // the client that armed the timer; 0: the publisher
	Flags, length                          uint8
	Occurrence, Generation                 int32
	payload                                [12]byte
	Missed                                 int32 // further occurrences that this signal stands for
	Lost                                   int64 // how many signals were lost directly before this one
}

// Payload has 0 to 12 bytes, which the next signal overwrites.
func (s *Signal) Payload() []byte { return s.payload[:min(int64(s.length), 12)] }

func (s *Signal) record() *record { return (*record)(unsafe.Pointer(s)) }

// Options of a subscription; the zero value joins at the newest signal and waits predictively.
type Options struct {
	Oldest bool // join at the oldest signal that is there
	Mode   Mode
	Owner  int // id of a user that the bus may belong to, besides the caller
}

// Status of a bus's publisher.
type Status int

const (
	Alive   Status = iota
	Closed         // it shut down cleanly and all was read
	Stalled        // it gives no heartbeat but holds its lock: stopped, starved, or starting
	Dead           // it ended without closing
)

// Subscription reads a bus, and follows it through restarts and replacements.
type Subscription struct {
	directory                      string
	options                        Options
	file, doorbell                 *mapping
	ring                           ring
	base, q                        int64 // the file's first sequence, and the one wanted next
	lost, absent, rejoined, epochs int64
	before                         int64 // lost since the signal that was read last
	headroom                       int64 // after overruns in a row
	epoch                          int64
	status                         Status
	checkAt                        int64 // ns of the next check
	idle                           int
	waiting                        waiting
}

// Subscribe attaches to a bus, given by its name or its directory, after every check.
func Subscribe(bus string, options Options) (_ *Subscription, err error) {
	defer catch(&err)
	s := &Subscription{directory: directoryOf(bus), options: options, epochs: -1, waiting: waiting{guardNs: firstGuardNs}}
	s.attach()
	if s.q = s.file.load(wordNext); options.Oldest {
		s.q = s.ring.oldest(s.base, s.q)
	}
	return s, nil
}

func (s *Subscription) attach() {
	m := attach(s.directory, s.options.Owner)
	s.file.close()
	s.file, s.ring, s.base = m, m.ring(), m.load(wordBase)
	s.beginEpoch()
}

func (s *Subscription) beginEpoch() {
	s.epoch = s.file.load(wordEpoch)
	s.epochs++
	s.doorbell.close()
	s.doorbell = nil
	if s.file.load(wordOptions)&(optionsWaking|optionUnasked) == optionsWaking {
		s.doorbell = openDoorbell(s.directory)
	}
}

// Close unmaps the bus.
func (s *Subscription) Close() {
	s.file.close()
	s.doorbell.close()
	s.ring = nil
}

// Next is the sequence wanted next.
func (s *Subscription) Next() int64 { return s.q }

// Absent is how many sequences had no signal, because a relay passes on some ids only.
func (s *Subscription) Absent() int64 { return s.absent }

// Rejoined is how often another bus had this name. All counts but Epochs then begin again with its first signal.
func (s *Subscription) Rejoined() int64 { return s.rejoined }

// Lost is how many signals were lost since joining: copied + Lost + Absent = Next - first, always.
func (s *Subscription) Lost() int64 { return s.lost }

// Epochs is how many restarts and replacements were followed.
func (s *Subscription) Epochs() int64 { return s.epochs }

// Poll copies the next signal and answers true, or answers false at once where there is none; signal then means nothing.
func (s *Subscription) Poll(signal *Signal) (bool, error) {
	for q, slot := s.q, s.ring.slot(s.q); ; q, slot = s.q, s.ring.slot(s.q) {
		if slot.begins(q) {
			head := slot.copyFirst(signal.record())
			slot.copyLast(signal.record(), head)
			if slot.begins(q) && head&placeholder == 0 {
				signal.Sequence, signal.Lost = q, s.before
				s.q, s.before, s.headroom = q+1, 0, 0
				return true, nil
			}
		}
		if isOver, err := s.withoutSignal(signal); isOver || err != nil {
			return false, err
		}
	}
}

// PollBatch copies the next signals, as many as are there and fit in, and answers how many: 0, at once, where there is
// none. There must be room for one.
func (s *Subscription) PollBatch(signals []Signal) (n int, err error) {
	ok, err := s.Poll(&signals[0])
	q := s.q
	for slot := s.ring.slot(q); ok; slot = s.ring.slot(q) {
		if n++; n == len(signals) || !slot.begins(q) {
			break
		}
		signal := &signals[n]
		head := slot.copyFirst(signal.record())
		slot.copyLast(signal.record(), head)
		if !slot.begins(q) || head&placeholder != 0 {
			break
		}
		signal.Sequence, signal.Lost = q, 0
		q++
	}
	s.q = q
	return n, err
}

// withoutSignal says whether a poll is over that has found none.
func (s *Subscription) withoutSignal(signal *Signal) (isOver bool, err error) {
	defer catch(&err)
	copied := signal.record()
	switch {
	case s.ring.slot(s.q).read(s.q, copied):
		if copied[4]&lostBit != 0 { // a relay lost signals
			s.lose(max(s.q+1, min(signal.Key, s.file.load(wordNext))))
		} else if copied[4]&placeholder != 0 { // a relay does not pass it on
			s.absent++
			s.q++
		}
	case !s.ring.hasNews(s.q):
		if s.idle++; s.idle&63 == 0 && Now() >= s.checkAt {
			s.check()
		}
		isOver = !s.ring.hasNews(s.q)
	case s.ring.stamp(s.q) != s.q+1: // overrun
		to := s.ring.skip(s.base, &s.file.words[wordNext], s.q, s.headroom)
		require(to >= 0, Tampered, "%s", s.directory)
		s.lose(to)
		s.headroom = min(max(16, 2*s.headroom), s.ring.slots()/2)
	}
	return isOver, nil
}

func (s *Subscription) lose(to int64) {
	s.lost += to - s.q
	s.before += to - s.q
	s.q = to
}

// Status says whether the publisher is alive; Closed only when all was read.
func (s *Subscription) Status() (status Status, err error) {
	defer catch(&err)
	s.check()
	return s.status, nil
}

// check follows what happened to the publisher: its epoch, its state, its liveness, another file of the same name.
func (s *Subscription) check() {
	now, state, path := Now(), s.file.state(), s.directory+"/signals" // the state before the slot's stamp
	s.checkAt = now + checkNs
	if s.file.load(wordEpoch) != s.epoch {
		s.beginEpoch()
	}
	timeout := max(250*ms, 5*min(s.file.load(wordInterval), 3_600_000*ms))
	switch {
	case state == stateOpen && now-s.file.load(wordHeartbeat) < timeout:
		s.status = Alive
	case s.ring.hasNews(s.q):
	case !isNamed(path, &s.file.id) && inode(path) != 0:
		s.follow()
	case state != stateOpen:
		s.status = Closed
	case isLocked(s.directory + "/lock"):
		s.status = Stalled
	default:
		if s.status = Dead; s.file.state() == stateClosed {
			s.status = Closed
		}
	}
}

func (s *Subscription) follow() {
	history := s.file.load(wordHistory)
	s.attach()
	s.checkAt = 0
	if s.file.load(wordHistory) != history { // another bus under the same name
		s.q = s.ring.oldest(s.base, s.file.load(wordNext))
		s.rejoined++
		s.lost, s.absent, s.before = 0, 0, 0
	} else if s.q < s.base {
		s.lose(s.base)
	}
}

// isLocked asks whether a publisher holds the bus's lock, without taking anything.
func isLocked(path string) bool {
	fd, err := syscall.Open(path, syscall.O_RDONLY|openFlags, 0)
	if err != nil {
		return err != syscall.ENOENT
	}
	defer syscall.Close(fd)
	lock := syscall.Flock_t{Type: syscall.F_RDLCK, Len: 1}
	return syscall.FcntlFlock(uintptr(fd), openFileGetLock, &lock) != nil || lock.Type != syscall.F_UNLCK
}
