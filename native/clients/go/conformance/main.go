// SPDX-License-Identifier: Apache-2.0

// The conformance program: see bench/conformance.
package main

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sort"
	"syscall"
	"time"
	"unsafe"

	"tickbus.io/tickbus"
)

var (
	flags     = flag.NewFlagSet("conformance", flag.ExitOnError)
	bus       = flags.String("bus", "", "the bus's directory")
	count     = flags.Int64("count", 0, "how many")
	from      = flags.String("from", "oldest", "oldest or newest")
	wait      = flags.String("wait", "", "spin, park or predict")
	timeoutMs = flags.Int64("timeout-ms", 10_000, "how long to wait for anything")
	slowEvery = flags.Int64("slow-every", 0, "sleep 1 ms after this many signals")
	slots     = flags.Int64("slots", 65_536, "slots of the bus")
	rate      = flags.Int64("rate", 0, "signals a second; 0: as fast as possible")
	warmUp    = flags.Int64("warm-up", 0, "signals that do not count")
	closing   = flags.String("close", "yes", "yes, or no to end without closing")
)

type result map[string]any

func main() {
	roles := map[string]func(result) error{"subscribe": subscribe, "publish": publish, "timers": timers, "check": check,
		"latency": latency, "read": read}
	if len(os.Args) < 2 || roles[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: conformance subscribe|publish|timers|latency|check|read --bus DIR [--count N] ...")
		os.Exit(2)
	}
	flags.Parse(os.Args[2:])
	if *bus == "" || flags.NArg() > 0 {
		flags.Usage()
		os.Exit(2)
	}
	r := result{"language": "go", "role": os.Args[1], "errors": 0}
	err := roles[os.Args[1]](r)
	if err != nil {
		var failure *tickbus.Error
		r["errors"], r["error"], r["text"] = 1, "SYSTEM", err.Error()
		if errors.As(err, &failure) {
			r["error"] = failure.Code
		}
	}
	line, _ := json.Marshal(r)
	fmt.Println(string(line))
	if err != nil {
		os.Exit(1)
	}
}

func options() tickbus.Options {
	modes := map[string]tickbus.Mode{"spin": tickbus.Spin, "": tickbus.Park, "park": tickbus.Park, "predict": tickbus.Predict}
	return tickbus.Options{Oldest: *from == "oldest", Mode: modes[*wait]}
}

func ready() { fmt.Println("READY") }

// content is what the signal of a sequence must carry.
func content(sequence int64) (key int64, signalID int32, payload [12]byte) {
	k := uint64(sequence) * 0x9E3779B97F4A7C15
	binary.LittleEndian.PutUint64(payload[0:], k^uint64(sequence))
	binary.LittleEndian.PutUint32(payload[8:], uint32(k>>17))
	return int64(k), int32(k & 0x7FFFFFFF), payload
}

func isWhole(s *tickbus.Signal) bool {
	key, signalID, payload := content(s.Sequence)
	return s.Key == key && s.SignalID == signalID && string(s.Payload()) == string(payload[:]) && s.Occurrence == 0 &&
		s.Flags == 0 && s.Owner == 0
}

func subscribe(r result) error {
	s, err := tickbus.Subscribe(*bus, options())
	if err != nil {
		return err
	}
	defer s.Close()
	ready()
	first, received, torn, order := s.Next(), int64(0), 0, 0
	expected, quiet, closed := first, tickbus.Now(), int64(0)
	var signals [16]tickbus.Signal
	for received+s.Lost() < *count {
		n, err := s.PollBatch(signals[:])
		if err != nil {
			return err
		}
		for i := range signals[:n] {
			signal := &signals[i]
			received++
			if signal.Sequence != expected+signal.Lost {
				order++
			}
			expected = signal.Sequence + 1
			if !isWhole(signal) {
				torn++
			}
			if *slowEvery > 0 && received%*slowEvery == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		if n > 0 {
			quiet = 0
			continue
		}
		now := tickbus.Now()
		if quiet == 0 {
			quiet = now
		}
		if status, err := s.Status(); err != nil {
			return err
		} else if status != tickbus.Closed || received+s.Lost() == 0 {
			closed = 0
		} else if closed == 0 {
			closed = now
		}
		if now-quiet > *timeoutMs*1_000_000 || (closed > 0 && now-closed > 500_000_000) {
			break // a successor may open it again within half a second
		}
		if err := s.WaitFor(50 * time.Millisecond); err != nil {
			return err
		}
	}
	r["received"], r["lost"], r["torn"], r["order"], r["stale"] = received, s.Lost(), torn, order, 0
	r["first"], r["last"], r["epochs"] = first, s.Next()-1, s.Epochs()
	return nil
}

// cpuNs is the CPU time of this thread.
func cpuNs() int64 {
	const threadTime = 3
	var t syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadTime, uintptr(unsafe.Pointer(&t)), 0)
	return t.Nano()
}

func latency(r result) error {
	runtime.LockOSThread()
	if *from = "newest"; *wait == "" {
		*wait = "predict"
	}
	s, err := tickbus.Subscribe(*bus, options())
	if err != nil {
		return err
	}
	defer s.Close()
	ready()
	latencies := make([]int64, 0, *count)
	var start, startCpu, lost, seen int64
	var signal tickbus.Signal
	for quiet := tickbus.Now(); int64(len(latencies)) < *count && tickbus.Now()-quiet < *timeoutMs*1_000_000; {
		ok, err := s.Poll(&signal)
		if err == nil && !ok {
			err = s.WaitFor(50 * time.Millisecond)
		}
		if err != nil {
			return err
		} else if !ok {
			continue
		}
		if quiet = tickbus.Now(); seen < *warmUp {
			seen++
			continue
		} else if len(latencies) == 0 {
			start, startCpu, lost = quiet, cpuNs(), s.Lost()
		}
		latencies = append(latencies, quiet-signal.PublishedNs)
	}
	if len(latencies) == 0 {
		start, startCpu, lost = tickbus.Now(), cpuNs(), s.Lost()
	}
	r["received"], r["lost"] = len(latencies), s.Lost()-lost
	r["cpuNs"], r["elapsedNs"] = cpuNs()-startCpu, tickbus.Now()-start
	sort.Slice(latencies, func(i, j int) bool { return latencies[i] < latencies[j] })
	percentile := func(percent int) int64 {
		if len(latencies) == 0 {
			return 0
		}
		return latencies[(len(latencies)*percent+99)/100-1]
	}
	r["p50Ns"], r["p99Ns"], r["maxNs"] = percentile(50), percentile(99), percentile(100)
	return nil
}

func publish(r result) error {
	p, err := tickbus.Publish(*bus, tickbus.PublisherOptions{Slots: *slots})
	if err != nil {
		return err
	}
	ready()
	first, start := p.Next(), tickbus.Now()
	for i := int64(0); i < *count; i++ {
		if *rate > 0 {
			for due := start + i*1_000_000_000 / *rate; tickbus.Now() < due; {
				time.Sleep(time.Duration(due - tickbus.Now()))
			}
		}
		key, signalID, payload := content(first + i)
		if _, err := p.Publish(signalID, key, payload[:]); err != nil {
			return err
		}
	}
	r["first"], r["published"] = first, *count
	if *closing == "yes" {
		p.Close()
	}
	return nil
}

// tally counts what a client of a daemon sees.
type tally struct {
	t                                              *tickbus.Timers
	due                                            map[int64]int64
	armed, rearmed, cancelled, fired, stale, early int64
	refused, answered                              int64
	again                                          map[int64]bool
	quiet                                          int64
}

func (a *tally) drain() (bool, error) {
	var reply tickbus.Reply
	var signal tickbus.Signal
	any := false
	for {
		ok, err := a.t.Reply(&reply)
		if err != nil {
			return any, err
		} else if !ok {
			break
		}
		any = true
		a.answered++
		switch {
		case reply.Code == tickbus.Armed && a.again[reply.Command]:
			a.rearmed++
		case reply.Code == tickbus.Armed:
			a.armed++
		case reply.Code == tickbus.Cancelled:
			a.cancelled++
		case reply.Code == tickbus.Full || reply.Code == tickbus.Invalid:
			a.refused++
		}
	}
	for {
		ok, _, err := a.t.Poll(&signal)
		if err != nil || !ok {
			return any, err
		}
		any = true
		if signal.PublishedNs < signal.DeadlineNs {
			a.early++
		}
		// By the deadline, as a firing that was current when it was read may be stale by now, and one of a timer that
		// fired before it was cancelled counts.
		if signal.DeadlineNs == a.due[signal.Key] {
			a.fired++
		} else {
			a.stale++
		}
	}
}

// command sends, and reads what is there where there is no room.
func (a *tally) command(send func() (int64, error)) (int64, error) {
	for {
		number, err := send()
		if !errors.Is(err, tickbus.NoRoom) {
			return number, err
		}
		if _, err := a.drain(); err != nil {
			return -1, err
		}
	}
}

func timers(r result) error {
	t, err := tickbus.Connect(*bus, tickbus.ConnectOptions{Options: options()})
	if err != nil {
		return err
	}
	defer t.Close()
	ready()
	a := &tally{t: t, due: map[int64]int64{}, again: map[int64]bool{}, quiet: tickbus.Now()}
	for i := int64(0); i < *count; i++ {
		due := tickbus.Now() + (5+i%50)*1_000_000
		if a.due[i] = due; i%10 == 3 {
			a.due[i] = due + 10_000_000
		}
		arm := func() (int64, error) {
			return t.Arm(tickbus.Timer{Key: i, DeadlineNs: due, SignalID: int32(i)})
		}
		if _, err := a.command(arm); err != nil {
			return err
		}
		if i%10 == 3 {
			due += 10_000_000
			number, err := a.command(arm)
			if err != nil {
				return err
			}
			a.again[number] = true
		} else if i%10 == 7 {
			if _, err := a.command(func() (int64, error) { return t.Cancel(i) }); err != nil {
				return err
			}
		}
		if _, err := a.drain(); err != nil {
			return err
		}
	}
	sent := *count + (*count+6)/10 + (*count+2)/10
	for a.answered < sent || a.fired < *count-a.cancelled-a.refused {
		news, err := a.drain()
		if err != nil {
			return err
		}
		if news {
			a.quiet = tickbus.Now()
		} else if tickbus.Now()-a.quiet > *timeoutMs*1_000_000 {
			break
		} else if err := t.WaitFor(5 * time.Millisecond); err != nil {
			return err
		}
	}
	r["armed"], r["rearmed"], r["cancelled"], r["fired"], r["stale"] = a.armed, a.rearmed, a.cancelled, a.fired, a.stale
	r["early"], r["lost"], r["refused"] = a.early, t.Signals().Lost(), a.refused
	return nil
}

func check(r result) error {
	s, err := tickbus.Subscribe(*bus, options())
	r["ok"] = err == nil
	if err == nil {
		s.Close()
	}
	return err
}

// read is all that is there, without waiting.
func read(r result) error {
	s, err := tickbus.Subscribe(*bus, options())
	if err != nil {
		return err
	}
	defer s.Close()
	ready()
	var signal tickbus.Signal
	first, signals, ok := s.Next(), [][]any{}, true
	for ok {
		if ok, err = s.Poll(&signal); err != nil {
			return err
		} else if ok {
			signals = append(signals, []any{signal.Sequence, signal.PublishedNs, signal.DeadlineNs, signal.Key,
				signal.SignalID, signal.Owner, signal.Flags, signal.Occurrence, signal.Generation, signal.Missed,
				hex.EncodeToString(signal.Payload())})
		}
	}
	r["signals"], r["received"], r["lost"], r["absent"] = signals, len(signals), s.Lost(), s.Absent()
	r["first"], r["last"] = first, s.Next()-1
	status, err := s.Status()
	r["status"] = []string{"ALIVE", "CLOSED", "STALLED", "DEAD"}[status]
	return err
}
