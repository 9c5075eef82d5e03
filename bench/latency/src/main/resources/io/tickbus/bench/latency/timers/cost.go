// SPDX-License-Identifier: Apache-2.0
// What timers of time.AfterFunc cost. Arguments: timers, and how many are armed or cancelled in a burst. Prints the
// mean nanoseconds of each burst, a line each, and "heap" with the bytes in use before and with all of them pending.
package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"strconv"
	"time"
)

const (
	warmUpTimers = 10000
	warmUps      = 20
	soonest      = time.Hour
	spread       = int64(60 * time.Second)
)

func argument(index int) int {
	value, err := strconv.Atoi(os.Args[index])
	if err != nil {
		panic(err)
	}
	return value
}

func nothing() {}

func usedBytes() uint64 {
	runtime.GC()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return memory.HeapAlloc
}

func bursts(count int, burst int, work func(int)) []float64 {
	means := make([]float64, 0, count/burst+1)
	for first := 0; first < count; first += burst {
		end := first + burst
		if end > count {
			end = count
		}
		begin := time.Now()
		for i := first; i < end; i++ {
			work(i)
		}
		means = append(means, float64(time.Since(begin))/float64(end-first))
	}
	return means
}

func hold(count int, burst int) (armed []float64, cancelled []float64, before uint64, full uint64) {
	timers := make([]*time.Timer, count)
	delays := make([]time.Duration, count)
	for i := range delays {
		delays[i] = soonest + time.Duration(rand.Int63n(spread))
	}
	order := rand.Perm(count)
	before = usedBytes()
	armed = bursts(count, burst, func(i int) { timers[i] = time.AfterFunc(delays[i], nothing) })
	full = usedBytes()
	cancelled = bursts(count, burst, func(i int) { timers[order[i]].Stop() })
	runtime.KeepAlive(timers)
	return armed, cancelled, before, full
}

func main() {
	count, burst := argument(1), argument(2)
	for i := 0; i < warmUps; i++ {
		hold(warmUpTimers, burst)
	}
	armed, cancelled, before, full := hold(count, burst)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, mean := range armed {
		fmt.Fprintf(out, "arm %.1f\n", mean)
	}
	for _, mean := range cancelled {
		fmt.Fprintf(out, "cancel %.1f\n", mean)
	}
	fmt.Fprintln(out, "heap", before, full)
}
