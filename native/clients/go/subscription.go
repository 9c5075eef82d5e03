// SPDX-License-Identifier: Apache-2.0

// Package tickbus reads signals from a Tickbus, publishes on a bus of one's own, and arms timers at a daemon.
//
// It is pure Go for 64-bit little-endian Linux, starts no goroutine, and polls without allocating. An object is for one
// goroutine at a time. A mapped file that its owner shortens ends the process with SIGBUS; a program that must survive
// this calls debug.SetPanicOnFault.
package tickbus

import (
	"context"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Flags of a signal.
const (
	Late           = 0x01 // the timer fired later than its grace allows
	Coalesced      = 0x02 // Missed further occurrences are part of this signal
	Recovered      = 0x04 // the timer was recovered after a restart
	MaybeDuplicate = 0x08 // it may have been published before
	Last           = 0x10 // the timer will not fire again
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

// Mode is how a subscription waits.
type Mode int

const (
	Predict Mode = iota // sleeps until shortly before the next timer is due, then spins
	Park                // sleeps until woken
	Spin                // never sleeps
)

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
	directory string
	options   Options
	file      *mapping
	ring      ring
	doorbell  *mapping
	base, q   int64 // the file's first sequence, and the one wanted next
	lost      int64
	absent    int64
	rejoined  int64
	before    int64 // lost since the signal that was read last
	headroom  int64
	epoch     int64
	epochs    int64
	status    Status
	checkAt   int64 // ns of the next check
	idle      int
}

// Flags of a record that is no signal: 0x20 ABSENT and 0x40 LOST.
const lostBit, placeholder = 0x40, 0x60

const guardNs, lateSpinNs = 150_000, 100_000

// Subscribe attaches to a bus, given by its name or its directory, after every check.
func Subscribe(bus string, options Options) (s *Subscription, err error) {
	defer catch(&err)
	s = &Subscription{directory: directoryOf(bus), options: options}
	s.attach()
	s.epoch = s.file.load(wordEpoch)
	s.join(options.Oldest)
	return s, nil
}

func (s *Subscription) attach() {
	m := attach(s.directory, s.options.Owner)
	s.file.close()
	s.file, s.ring, s.base = m, m.ring(), m.load(wordBase)
	s.attachDoorbell()
}

func (s *Subscription) attachDoorbell() {
	s.doorbell.close()
	s.doorbell = nil
	if s.file.load(wordOptions)&(optionsWaking|optionUnasked) == optionsWaking {
		s.doorbell = openDoorbell(s.directory)
	}
}

func (s *Subscription) join(isOldest bool) {
	s.q = s.file.load(wordNext)
	if isOldest {
		s.q = max(s.base, s.q-s.ring.slots()+1)
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
	for {
		found := s.ring.slot(s.q).read(s.q, signal.record())
		if found == committed && signal.Flags&placeholder == 0 {
			if signal.Flags&Coalesced == 0 {
				signal.Missed = 0
			}
			signal.Sequence, signal.Lost = s.q, s.before
			s.q++
			s.before, s.headroom, s.idle = 0, 0, 0
			return true, nil
		} else if isOver, err := s.withoutSignal(found, signal); isOver {
			return false, err
		}
	}
}

// withoutSignal says whether a poll is over that has found none.
func (s *Subscription) withoutSignal(found found, signal *Signal) (isOver bool, err error) {
	switch found {
	case committed: // what a relay writes where it has no signal
		if signal.Flags&lostBit != 0 {
			s.lose(max(s.q+1, min(signal.Key, s.file.load(wordNext))))
		} else {
			s.absent++
			s.q++
		}
	case overrun:
		to := s.ring.skip(s.base, &s.file.words[wordNext], s.q, s.headroom)
		if to < 0 {
			return true, fail(Tampered, "%s: its stamps contradict each other; delete the bus", s.directory)
		}
		s.lose(to)
		s.headroom = min(max(16, 2*s.headroom), s.ring.slots()/2)
	default:
		if s.idle++; s.idle&63 != 0 || Now() < s.checkAt {
			return true, nil
		}
		err = s.check()
		return err != nil || !s.ring.hasNews(s.q), err
	}
	return false, nil
}

func (s *Subscription) lose(to int64) {
	s.lost += to - s.q
	s.before += to - s.q
	s.q = to
}

// Wait returns nil when there is something to poll, and the context's error within 50 ms of its end.
func (s *Subscription) Wait(ctx context.Context) error {
	for !s.ring.hasNews(s.q) {
		most := time.Duration(checkNs)
		if deadline, ok := ctx.Deadline(); ok {
			most = time.Until(deadline)
		}
		if err := ctx.Err(); err != nil {
			return err
		} else if err = s.WaitFor(most); err != nil {
			return err
		}
	}
	return nil
}

// WaitFor returns when there may be something to poll, or after that time, 50 ms at most.
func (s *Subscription) WaitFor(most time.Duration) error {
	due := s.file.load(wordDeadline) // before the slot: a deadline that is the next one implies a signal that is seen
	now := Now()
	until := now + min(int64(most), checkNs)
	if s.ring.hasNews(s.q) {
		return nil
	} else if now >= s.checkAt || s.file.state() == stateReplaced {
		return s.check()
	}
	switch {
	case s.options.Mode == Spin:
		s.spin(until, -1)
	case s.options.Mode == Park || (due != noDeadline && now-due > lateSpinNs):
		s.park(until, -1<<63)
	case due == noDeadline:
		s.park(until, due)
	case now < due-guardNs:
		s.park(min(due-guardNs, until), due)
	default:
		s.spin(min(due+lateSpinNs, until), due)
	}
	return nil
}

// spin ends at news, at untilNs, or when another deadline is due; -1: no deadline counts.
func (s *Subscription) spin(untilNs, due int64) {
	for !s.ring.hasNews(s.q) && (due == -1 || s.file.load(wordDeadline) == due) && Now() < untilNs {
	}
}

func (s *Subscription) park(untilNs, planned int64) {
	options := s.file.load(wordOptions) // bit 2 may be set at a later epoch
	wake := s.file.half(wordWake)
	value := atomic.LoadUint32(wake)
	isUnasked := options&optionUnasked != 0
	if !isUnasked && s.doorbell != nil {
		atomic.StoreUint32(s.doorbell.half(wordParked), 1) // announced before the slot is loaded once more
	}
	if s.ring.hasNews(s.q) || s.file.load(wordDeadline) < planned {
		return
	}
	if options&optionsWaking != optionsWaking || (s.doorbell == nil && !isUnasked) {
		untilNs = min(untilNs, Now()+ms)
	}
	sleepOn(wake, value, untilNs)
}

// Status says whether the publisher is alive; Closed only when all was read.
func (s *Subscription) Status() (Status, error) {
	err := s.check()
	return s.status, err
}

// check follows what happened to the publisher: its epoch, its state, its liveness, another file of the same name.
func (s *Subscription) check() (err error) {
	defer catch(&err)
	s.checkAt = Now() + checkNs
	state := s.file.state() // before the slot's stamp
	if epoch := s.file.load(wordEpoch); epoch != s.epoch {
		s.epoch = epoch
		s.epochs++
		s.attachDoorbell()
	}
	age := s.checkAt - checkNs - s.file.load(wordHeartbeat)
	if state == stateOpen && age < max(250*ms, 5*min(s.file.load(wordInterval), int64(time.Hour))) {
		s.status = Alive
	} else if path := s.directory + "/signals"; s.ring.hasNews(s.q) {
		return nil
	} else if !s.file.isNamed(path) && inode(path) != 0 {
		s.follow()
	} else if state != stateOpen {
		s.status = Closed
	} else if isLocked(s.directory + "/lock") {
		s.status = Stalled
	} else if s.status = Dead; s.file.state() == stateClosed {
		s.status = Closed
	}
	return nil
}

func (s *Subscription) follow() {
	history := s.file.load(wordHistory)
	s.attach()
	s.epoch = s.file.load(wordEpoch)
	s.epochs++
	if s.file.load(wordHistory) != history {
		s.join(true) // another bus under the same name
		s.rejoined++
		s.lost, s.absent, s.before = 0, 0, 0
	} else if s.q < s.base {
		s.lose(s.base)
	}
	s.checkAt = 0
}

// isLocked asks whether a publisher holds the bus's lock, without taking anything.
func isLocked(path string) bool {
	held.Lock()
	defer held.Unlock()
	if isHeld(path) {
		return true
	}
	fd, err := syscall.Open(path, syscall.O_RDONLY|openFlags, 0)
	if err != nil {
		return !os.IsNotExist(err)
	}
	defer syscall.Close(fd)
	lock := syscall.Flock_t{Type: syscall.F_RDLCK, Len: 1}
	return syscall.FcntlFlock(uintptr(fd), syscall.F_GETLK, &lock) != nil || lock.Type != syscall.F_UNLCK
}
