// SPDX-License-Identifier: Apache-2.0
// How late time.AfterFunc calls. Arguments, in nanoseconds but for the first and the last: timers, period (0: each
// fires once), spread of their first deadlines, duration, settling time, and 1 for a fixed delay (the callback arms the
// timer for one period from now; else for the deadline plus one period). Prints by how much each firing is later than
// first deadline + k * period, a line each, and at the end "cpu" and the CPU time used between the start and the end.
package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	lead         = 200 * time.Millisecond
	leadPerTimer = 2 * time.Microsecond
	timeout      = 3 * time.Second
)

type rhythm struct {
	period     time.Duration
	fixedDelay bool
	settled    time.Time
	end        time.Time
}

var (
	mutex    sync.Mutex
	lateness []int64
)

func argument(index int) int64 {
	value, err := strconv.ParseInt(os.Args[index], 10, 64)
	if err != nil {
		panic(err)
	}
	return value
}

func cpuNs() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func arm(deadline time.Time, wait time.Duration, r *rhythm) {
	time.AfterFunc(wait, func() {
		late := time.Since(deadline)
		if !deadline.Before(r.settled) {
			mutex.Lock()
			lateness = append(lateness, int64(late))
			mutex.Unlock()
		}
		next := deadline.Add(r.period)
		if r.period == 0 || !next.Before(r.end) {
			return
		}
		if !r.fixedDelay {
			arm(next, time.Until(next), r)
		} else if time.Now().Before(r.end) {
			arm(next, r.period, r)
		}
	})
}

// Waits for timers that fire once and are late.
func awaitAll(timers int64) {
	for giveUp := time.Now().Add(timeout); time.Now().Before(giveUp); time.Sleep(lead) {
		mutex.Lock()
		fired := int64(len(lateness))
		mutex.Unlock()
		if fired >= timers {
			return
		}
	}
}

func main() {
	timers, period, spread := argument(1), time.Duration(argument(2)), argument(3)
	duration, settle := time.Duration(argument(4)), time.Duration(argument(5))
	lateness = make([]int64, 0, 1<<16+timers)
	start := time.Now().Add(lead + time.Duration(timers)*leadPerTimer)
	end := start.Add(duration)
	r := &rhythm{period, argument(6) == 1, start.Add(settle), end}
	for i := int64(0); i < timers; i++ {
		offset := int64(0)
		if spread > 0 {
			offset = rand.Int63n(spread)
		}
		deadline := start.Add(time.Duration(offset))
		arm(deadline, time.Until(deadline), r)
	}
	if time.Now().After(start) {
		fmt.Println("arming took longer than the lead")
		os.Exit(1)
	}
	time.Sleep(time.Until(start))
	before := cpuNs()
	time.Sleep(time.Until(end))
	used := cpuNs() - before
	time.Sleep(lead)
	if period == 0 {
		awaitAll(timers)
	}
	mutex.Lock()
	defer mutex.Unlock()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, late := range lateness {
		fmt.Fprintln(out, late)
	}
	fmt.Fprintln(out, "cpu", used)
}
