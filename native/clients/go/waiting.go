// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"context"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Mode is how a subscription waits.
type Mode int

const (
	Predict Mode = iota // sleeps until shortly before the next timer is due, then spins
	Park                // sleeps until woken
	Spin                // never sleeps
)

const (
	leastGuardNs, firstGuardNs, mostGuardNs = 8_000, 80_000, 150_000
	lateSpinNs, preemptedNs, moveNs         = 100_000, 250_000, 20_000_000
	checksPerTime                           = 32 // reading the clock takes longer than seeing a signal may
)

// waiting is what predictive waiting has learned.
type waiting struct {
	guardNs, plainUntil, movedAt int64
	preempted                    int64
}

// Wait returns when there may be something to poll, or after 50 ms; with the context's error where that has ended.
func (s *Subscription) Wait(ctx context.Context) error {
	if err := s.WaitFor(time.Duration(checkNs)); err != nil || s.ring.hasNews(s.q) {
		return err
	}
	return ctx.Err()
}

// WaitFor returns when there may be something to poll, or after that time, 50 ms at most.
func (s *Subscription) WaitFor(most time.Duration) (err error) {
	defer catch(&err)
	// Before the slot: a deadline that is the next one implies a signal that is seen.
	due, now := s.file.load(wordDeadline), Now()
	until := now + min(int64(most), checkNs)
	switch isPlain := now-due > lateSpinNs || now < s.waiting.plainUntil; {
	case s.ring.hasNews(s.q):
	case now >= s.checkAt || s.file.state() == stateReplaced:
		s.check()
	case s.options.Mode == Spin:
		for i := 0; !s.ring.hasNews(s.q) && (i%checksPerTime != 0 || Now() < until); i++ {
		}
	case s.options.Mode == Park || due == noDeadline || isPlain:
		s.park(until, due)
	default:
		s.predict(now, due, until)
	}
	return nil
}

func (s *Subscription) predict(now, due, until int64) {
	w := &s.waiting
	wake := due - min(w.guardNs, max((due-now)*2/25, 4*leastGuardNs)) // spins for 8 % of a core at most
	if now < wake {
		end := min(wake, until)
		s.park(end, due)
		if late := Now() - end; late+leastGuardNs > w.guardNs { // learns the 98th percentile of the kernel's oversleep
			w.guardNs = min(w.guardNs+4000, mostGuardNs)
		} else if late >= 0 {
			w.guardNs = max(w.guardNs-80, leastGuardNs)
		}
		s.leaveProcessor(now)
		return
	}
	for last, end := now, min(due+lateSpinNs, until); last < end; last = now {
		for i := 0; i < checksPerTime; i++ {
			if isPlanned := s.file.load(wordDeadline) == due; s.ring.hasNews(s.q) || !isPlanned {
				w.preempted = max(0, w.preempted-1)
				return
			}
		}
		if now = Now(); now-last > preemptedNs { // there is no core to spin on
			if w.preempted += 16; w.preempted > 48 {
				w.preempted, w.plainUntil = 40, now+100*ms
			}
			return
		}
	}
}

func (s *Subscription) park(until, planned int64) {
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
		until = min(until, Now()+ms)
	}
	sleepOn(wake, value, until)
}

// leaveProcessor: a thread about to spin until a deadline must not share the publisher's processor. It moves away from
// there, but seldom.
func (s *Subscription) leaveProcessor(now int64) {
	processor := atomic.LoadUint32(s.file.half(wordProcessor))
	if now < s.waiting.movedAt || processor >= 1024 {
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	s.waiting.movedAt = now + moveNs
	call := func(number uintptr, set *[16]uint64) bool {
		_, _, failed := syscall.RawSyscall(number, 0, unsafe.Sizeof(*set), uintptr(unsafe.Pointer(set)))
		return failed == 0
	}
	var allowed [16]uint64
	if isKnown := call(syscall.SYS_SCHED_GETAFFINITY, &allowed); isKnown {
		others := allowed
		others[processor/64] &^= 1 << (processor % 64)
		if call(syscall.SYS_SCHED_SETAFFINITY, &others) {
			call(syscall.SYS_SCHED_SETAFFINITY, &allowed)
		}
	}
}
