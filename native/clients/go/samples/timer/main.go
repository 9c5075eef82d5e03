// SPDX-License-Identifier: Apache-2.0

// Fires one timer in 100 ms: go run ./samples/timer NAME
package main

import (
	"fmt"
	"log"
	"os"
	"time"

	"tickbus.io/tickbus"
)

func main() {
	timers, err := tickbus.Connect(os.Args[1], tickbus.ConnectOptions{})
	if err == nil {
		_, err = timers.Arm(tickbus.Timer{Key: 42, DeadlineNs: tickbus.Now() + 100_000_000, SignalID: 7})
	}
	var signal tickbus.Signal
	for fired := false; err == nil && !fired; {
		if fired, _, err = timers.Poll(&signal); err == nil && !fired {
			err = timers.WaitFor(time.Second)
		}
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("fired", signal.Key, "late by", time.Duration(signal.PublishedNs-signal.DeadlineNs))
}
