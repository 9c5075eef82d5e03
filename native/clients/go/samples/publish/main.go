// SPDX-License-Identifier: Apache-2.0

// Publishes ten signals on a bus of its own: go run ./samples/publish NAME
package main

import (
	"log"
	"os"

	"tickbus.io/tickbus"
)

func main() {
	bus, err := tickbus.Publish(os.Args[1], tickbus.PublisherOptions{})
	for key := int64(0); err == nil && key < 10; key++ {
		_, err = bus.Publish(42, key, []byte("twelve bytes"))
	}
	if err != nil {
		log.Fatal(err)
	}
	bus.Close()
}
