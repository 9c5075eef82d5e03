// SPDX-License-Identifier: Apache-2.0

// What it costs to copy a signal of a backlog in Go and in C, on the same bus and by turns: the least of many rounds.
// It needs cgo and a quiet host: go run ./cost [SLOTS]
package main

/*
#cgo CFLAGS: -std=c11 -O2 -I${SRCDIR}/../../../include
#include "../../c/drain.c"
*/
import "C"

import (
	"fmt"
	"log"
	"math"
	"os"
	"runtime"
	"strconv"
	"time"

	"tickbus.io/tickbus"
)

const rounds = 500

var one, batch *tickbus.Subscription

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func drainInC() (count, sum int64) {
	var total C.int64_t
	count = int64(C.drain(&total))
	return count, int64(total)
}

func drain() (count, sum int64) {
	var signal tickbus.Signal
	for {
		ok, err := one.Poll(&signal)
		if !ok {
			must(err)
			return count, sum
		}
		count++
		sum += signal.Key + int64(signal.SignalID)
	}
}

func drainInBatches() (count, sum int64) {
	var signals [64]tickbus.Signal
	for {
		n, err := batch.PollBatch(signals[:])
		if n == 0 {
			must(err)
			return count, sum
		}
		for i := range signals[:n] {
			count++
			sum += signals[i].Key + int64(signals[i].SignalID)
		}
	}
}

// timed is nanoseconds a signal.
func timed(drain func() (int64, int64), expected, expectedSum int64) float64 {
	start := time.Now()
	count, sum := drain()
	took := time.Since(start)
	if count != expected || sum != expectedSum {
		log.Fatalf("%d signals and not %d, or other ones", count, expected)
	}
	return float64(took) / float64(count)
}

func main() {
	runtime.LockOSThread()
	slots := int64(1 << 16)
	if len(os.Args) > 1 {
		var err error
		slots, err = strconv.ParseInt(os.Args[1], 10, 64)
		must(err)
	}
	directory, err := os.MkdirTemp("/dev/shm", "tickbus-cost-")
	must(err)
	defer os.RemoveAll(directory)
	bus, err := tickbus.Publish(directory+"/bus", tickbus.PublisherOptions{Slots: slots})
	must(err)
	defer bus.Close()
	one, err = tickbus.Subscribe(directory+"/bus", tickbus.Options{})
	must(err)
	batch, err = tickbus.Subscribe(directory+"/bus", tickbus.Options{})
	must(err)
	if result := C.drain_attach(C.CString(directory + "/bus")); result < 0 {
		log.Fatal(C.GoString(C.tb_error_text(C.int64_t(result))))
	}
	ways := []func() (int64, int64){drainInC, drain, drainInBatches}
	least := []float64{math.MaxFloat64, math.MaxFloat64, math.MaxFloat64}
	for round := 0; round < rounds; round++ {
		sum := int64(0)
		for key := int64(0); key < slots-1; key++ {
			_, err = bus.Publish(7, key, []byte("twelve bytes"))
			must(err)
			sum += key + 7
		}
		for i := range ways { // each is the first in turn
			way := (round + i) % len(ways)
			least[way] = math.Min(least[way], timed(ways[way], slots-1, sum))
		}
	}
	fmt.Printf("C %.2f ns; Go, Poll %.2f ns, %.2f times; Go, PollBatch %.2f ns, %.2f times\n", least[0], least[1],
		least[1]/least[0], least[2], least[2]/least[0])
}
