// SPDX-License-Identifier: Apache-2.0

// Prints the signals of a bus: go run ./samples/subscribe NAME
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"tickbus.io/tickbus"
)

func main() {
	bus, err := tickbus.Subscribe(os.Args[1], tickbus.Options{Oldest: true})
	var signal tickbus.Signal
	for err == nil {
		var ok bool
		if ok, err = bus.Poll(&signal); ok {
			fmt.Println(signal.Sequence, signal.Key, signal.SignalID, "lost before it:", signal.Lost)
		} else if err == nil {
			err = bus.Wait(context.Background())
		}
	}
	log.Fatal(err)
}
