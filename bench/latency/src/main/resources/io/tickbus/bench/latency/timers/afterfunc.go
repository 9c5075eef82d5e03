// How late time.AfterFunc calls. Arguments, in nanoseconds but for the first: timers, period (0: each fires once),
// spread of their first deadlines, duration, settling time. Prints the lateness of each firing, a line each, and at
// the end "cpu" and the CPU time used between the start and the end.
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

const lead = 200 * time.Millisecond

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

func arm(deadline time.Time, period time.Duration, settled time.Time, end time.Time) {
	time.AfterFunc(time.Until(deadline), func() {
		late := time.Since(deadline)
		if !deadline.Before(settled) {
			mutex.Lock()
			lateness = append(lateness, int64(late))
			mutex.Unlock()
		}
		next := deadline.Add(period)
		if period > 0 && next.Before(end) {
			arm(next, period, settled, end)
		}
	})
}

func main() {
	timers, period, spread := argument(1), time.Duration(argument(2)), argument(3)
	duration, settle := time.Duration(argument(4)), time.Duration(argument(5))
	lateness = make([]int64, 0, 1<<16)
	start := time.Now().Add(lead)
	end := start.Add(duration)
	for i := int64(0); i < timers; i++ {
		offset := int64(0)
		if spread > 0 {
			offset = rand.Int63n(spread)
		}
		arm(start.Add(time.Duration(offset)), period, start.Add(settle), end)
	}
	time.Sleep(time.Until(start))
	before := cpuNs()
	time.Sleep(time.Until(end))
	used := cpuNs() - before
	time.Sleep(lead)
	mutex.Lock()
	defer mutex.Unlock()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, late := range lateness {
		fmt.Fprintln(out, late)
	}
	fmt.Fprintln(out, "cpu", used)
}
