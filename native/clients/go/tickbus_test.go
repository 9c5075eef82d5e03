// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// golden reads a file of docs/WIRE_FORMAT.md, section 17.
func golden(t *testing.T, name string) []byte {
	t.Helper()
	path := "../../../bus-core/src/test/resources/io/tickbus/core/internal/file/" + name
	file, err := os.Open(path)
	if err != nil {
		t.Skip("there are no golden files: ", err)
	}
	defer file.Close()
	var bytes []byte
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var length, at int
		if n, _ := fmt.Sscanf(lines.Text(), "length %d", &length); n == 1 {
			bytes = make([]byte, length)
			continue
		}
		fields := strings.Fields(lines.Text())
		fmt.Sscanf(fields[0], "%x", &at)
		for i, field := range fields[1:] {
			fmt.Sscanf(field, "%x", &bytes[at+i])
		}
	}
	return bytes
}

func wordsOf(bytes []byte) []uint64 {
	words := make([]uint64, len(bytes)/8)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), len(bytes)), bytes)
	return words
}

func open(t *testing.T, bus string, slots int64) *Publisher {
	t.Helper()
	p, err := Publish(bus, PublisherOptions{Slots: slots})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func subscribe(t *testing.T, bus string, options Options) *Subscription {
	t.Helper()
	s, err := Subscribe(bus, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func publish(t *testing.T, p *Publisher, count int64) {
	t.Helper()
	for i := int64(0); i < count; i++ {
		if _, err := p.Publish(7, p.Next()*3, []byte("payload")); err != nil {
			t.Fatal(err)
		}
	}
}

// drain reads all that is there, one by one and in batches by turns, and checks that every sequence is accounted for.
func drain(t *testing.T, s *Subscription) (received, lost int64) {
	t.Helper()
	var signals [7]Signal
	for expected, turn := s.Next(), 0; ; turn++ {
		n, err := 0, error(nil)
		if turn%2 == 0 {
			n, err = s.PollBatch(signals[:])
		} else if ok, failure := s.Poll(&signals[0]); ok {
			n = 1
		} else {
			err = failure
		}
		if err != nil {
			t.Fatal(err)
		} else if n == 0 {
			return received, lost
		}
		for _, signal := range signals[:n] {
			received++
			lost += signal.Lost
			isRight := signal.Key == signal.Sequence*3 && string(signal.Payload()) == "payload"
			if signal.Sequence != expected+signal.Lost || !isRight {
				t.Fatalf("expected=%d signal=%+v", expected, signal)
			}
			expected = signal.Sequence + 1
		}
	}
}

func TestShouldReadGoldenRing(t *testing.T) {
	m := &mapping{words: wordsOf(golden(t, "signals-v2.hex"))}
	r := m.ring()
	var c record
	var s Signal
	read := func(q int64) bool { return r.slot(q).read(q, &c) }
	if read(2) || !r.hasNews(2) || r.skip(0, &m.words[wordNext], 2, 0) != 3 || read(6) || r.hasNews(6) {
		t.Fatal("2 is overrun, and 6 half-written")
	}
	if !read(3) || !read(5) || !read(4) || !r.hasNews(5) {
		t.Fatal("3 to 5 are committed")
	}
	*s.record() = c
	if s.Key != -5 || s.SignalID != 1004 || s.Owner != 0xFF04 || s.Flags != 0x12 || string(s.Payload()) != "0123456789AB" ||
		s.Occurrence != 28 || s.Generation != -52 || s.Missed != 44 {
		t.Fatalf("%+v", s)
	}
	written := make(ring, len(r))
	written.write(4, &c)
	if *written.slot(4) != *r.slot(4) {
		t.Fatal("what is written is not what was read")
	}
}

func TestShouldFindNextSequenceWhenRecovering(t *testing.T) {
	r := make(ring, 4)
	for s := int64(10); s < 17; s++ {
		r.write(s, &record{})
	}
	if next := r.recover(10); next != 17 {
		t.Fatal("next=", next)
	}
	half := int64(-18)
	r.slot(17)[0] = uint64(half)
	if next := r.recover(10); next != 17 {
		t.Fatal("half-written: next=", next)
	}
	r.slot(15)[0] = 99
	if next := r.recover(10); next != -1 {
		t.Fatal("contradiction: next=", next)
	}
}

func TestShouldAccountForEverySignalWhenOverrun(t *testing.T) {
	bus := filepath.Join(t.TempDir(), "bus")
	p := open(t, bus, 64)
	defer p.Close()
	s := subscribe(t, bus, Options{Oldest: true})
	publish(t, p, 50)
	if received, lost := drain(t, s); received != 50 || lost != 0 {
		t.Fatal(received, lost)
	}
	publish(t, p, 1000)
	if received, lost := drain(t, s); received != 63 || lost != 937 || s.Lost() != 937 || s.Next() != 1050 {
		t.Fatal(received, lost, s.Lost(), s.Next())
	}
}

func TestShouldLoseNothingUncountedWhenReadWhileWritten(t *testing.T) {
	for _, mode := range []Mode{Spin, Park, Predict} {
		bus := filepath.Join(t.TempDir(), "bus")
		p := open(t, bus, 256)
		s := subscribe(t, bus, Options{Mode: mode})
		const count = 20_000
		done := make(chan error)
		go func() {
			var err error
			for i := int64(0); i < count && err == nil; i++ {
				_, err = p.Publish(7, p.Next()*3, []byte("payload"))
			}
			p.Close()
			done <- err
		}()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		received, lost := int64(0), int64(0)
		for s.Next() < count {
			if err := s.Wait(ctx); err != nil {
				t.Fatal(err)
			}
			r, l := drain(t, s)
			received, lost = received+r, lost+l
		}
		cancel()
		if err := <-done; err != nil || received+lost != count || lost != s.Lost() {
			t.Fatal(mode, err, received, lost)
		}
		if status, err := s.Status(); status != Closed || err != nil {
			t.Fatal(status, err)
		}
	}
}

func TestShouldFollowWhenPublisherRestartsAndReplaces(t *testing.T) {
	bus := filepath.Join(t.TempDir(), "bus")
	p := open(t, bus, 64)
	s := subscribe(t, bus, Options{Oldest: true})
	publish(t, p, 10)
	p.release() // as if it had died
	p = open(t, bus, 64)
	if p.Next() != 10 {
		t.Fatal("next=", p.Next())
	}
	publish(t, p, 10)
	p.Close()
	p = open(t, bus, 128) // another file
	publish(t, p, 10)
	defer p.Close()
	received := int64(0)
	for end := Now() + 20_000*ms; received < 30 && Now() < end; {
		if err := s.WaitFor(time.Millisecond); err != nil {
			t.Fatal(err)
		}
		r, _ := drain(t, s)
		received += r
	}
	if received != 30 || s.Lost() != 0 || s.Epochs() < 1 {
		t.Fatal(received, s.Lost(), s.Epochs())
	}
}

func TestShouldEndWaitWhenContextEnds(t *testing.T) {
	bus := filepath.Join(t.TempDir(), "bus")
	p := open(t, bus, 64)
	defer p.Close()
	for _, mode := range []Mode{Spin, Park, Predict} {
		s := subscribe(t, bus, Options{Mode: mode})
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		s.checkAt = after(1000 * ms) // nothing else is to be done
		if err := s.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(mode, err)
		}
		cancel()
	}
}

func TestShouldRefuseByNameWhenFileIsNotABus(t *testing.T) {
	bus := filepath.Join(t.TempDir(), "bus")
	open(t, bus, 64).Close()
	whole, err := os.ReadFile(bus + "/signals")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at       int
		value    byte
		expected *Error
	}{{0, 'X', NotABus}, {8, 9, WrongVersion}, {12, 9, WrongByteOrder}, {16, 9, WrongGeometry}, {20, 9, WrongGeometry},
		{24, 9, Tampered}, {32, 9, Truncated}, {44, 9, Tampered}, {55, 0xFF, Tampered}, {48, 9, Tampered},
		{64, whole[64] + 1, AnotherBoot}, {512, 9, Tampered}} {
		bytes := append([]byte(nil), whole...)
		bytes[c.at] = c.value
		if err := os.WriteFile(bus+"/signals", bytes, 0600); err != nil {
			t.Fatal(err)
		}
		if _, err := Subscribe(bus, Options{}); !errors.Is(err, c.expected) || !strings.Contains(err.Error(), bus) {
			t.Errorf("offset %d: %v and not %v", c.at, err, c.expected)
		}
	}
	for length, expected := range map[int64]*Error{0: Truncated, 4095: Truncated, 4096: Truncated, 8192 + 1: Truncated} {
		os.WriteFile(bus+"/signals", whole, 0600)
		os.Truncate(bus+"/signals", length)
		if _, err := Subscribe(bus, Options{}); !errors.Is(err, expected) {
			t.Errorf("length %d: %v", length, err)
		}
	}
	os.Remove(bus + "/signals")
	if _, err := Subscribe(bus, Options{}); !errors.Is(err, Absent) {
		t.Error(err)
	}
	syscall.Mkfifo(bus+"/signals", 0600)
	if _, err := Subscribe(bus, Options{}); !errors.Is(err, NotABus) {
		t.Error(err)
	}
	os.Remove(bus + "/signals")
	os.Symlink("/dev/null", bus+"/signals")
	if _, err := Subscribe(bus, Options{}); !errors.Is(err, NotABus) {
		t.Error(err)
	}
	os.Chmod(bus, 0777)
	if _, err := Subscribe(bus, Options{}); !errors.Is(err, Permission) {
		t.Error(err)
	}
	if _, err := Subscribe("no/../a bus?", Options{}); !errors.Is(err, Absent) {
		t.Error(err)
	}
	if _, err := Subscribe("a bus?", Options{}); !errors.Is(err, Argument) {
		t.Error(err)
	}
}

func TestShouldRefuseSecondPublisherAndNoticeDeletion(t *testing.T) {
	bus := filepath.Join(t.TempDir(), "bus")
	p := open(t, bus, 64)
	if _, err := Publish(bus, PublisherOptions{}); !errors.Is(err, InUse) {
		t.Fatal(err)
	}
	if _, err := Publish(bus, PublisherOptions{Slots: 63}); !errors.Is(err, Argument) {
		t.Fatal(err)
	}
	if _, err := p.Publish(1, 1, make([]byte, 13)); !errors.Is(err, Argument) {
		t.Fatal(err)
	}
	os.RemoveAll(bus)
	if err := p.Heartbeat(); !errors.Is(err, Absent) {
		t.Fatal(err)
	}
	if err := p.Heartbeat(); !errors.Is(err, Argument) {
		t.Fatal(err)
	}
}

func TestShouldAllocateNothingWhenPolling(t *testing.T) {
	bus := filepath.Join(t.TempDir(), "bus")
	p := open(t, bus, 4096)
	defer p.Close()
	s := subscribe(t, bus, Options{})
	var signal Signal
	if n := testing.AllocsPerRun(1000, func() { p.Publish(7, 1, nil); s.Poll(&signal); s.WaitFor(0) }); n > 0 {
		t.Fatal("allocations a signal: ", n)
	}
}

func TestShouldPrintSignalsWhenSamplesRun(t *testing.T) {
	folder := t.TempDir()
	if output, err := exec.Command("go", "build", "-buildvcs=false", "-o", folder, "./samples/...").CombinedOutput(); err != nil {
		t.Skip("the samples cannot be built here: ", string(output))
	}
	t.Setenv("TICKBUS_DIR", t.TempDir())
	if output, err := exec.Command(folder+"/publish", "sample").CombinedOutput(); err != nil {
		t.Fatal(string(output))
	}
	reader := exec.Command(folder+"/subscribe", "sample")
	output, err := reader.StdoutPipe()
	if err == nil {
		err = reader.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	for key := 0; key < 10 && lines.Scan(); key++ {
		if expected := fmt.Sprintf("%d %d 42 lost before it: 0", key, key); lines.Text() != expected {
			t.Error(lines.Text())
		}
	}
	reader.Process.Kill()
	reader.Wait()
}

func TestShouldNotWaitForDaemonWhenThereIsNone(t *testing.T) {
	bus := filepath.Join(t.TempDir(), "bus")
	p := open(t, bus, 64)
	defer p.Close()
	if _, err := Connect(bus, ConnectOptions{Timeout: time.Millisecond}); !errors.Is(err, Absent) {
		t.Fatal(err)
	}
	if _, err := Connect(bus, ConnectOptions{Name: "no name"}); !errors.Is(err, Argument) {
		t.Fatal(err)
	}
}

func BenchmarkPoll(b *testing.B) {
	bus := filepath.Join(b.TempDir(), "bus")
	p, _ := Publish(bus, PublisherOptions{Slots: 1 << 16})
	defer p.Close()
	s, _ := Subscribe(bus, Options{})
	var signal Signal
	for i := 0; i < b.N; i++ {
		if i&0xFFF == 0 {
			b.StopTimer()
			for j := 0; j < 0x1000; j++ {
				p.Publish(7, 1, nil)
			}
			b.StartTimer()
		}
		s.Poll(&signal)
	}
}

func TestShouldKeepLockWhenAskedForStatusByAnotherPath(t *testing.T) {
	folder := t.TempDir()
	bus, link := filepath.Join(folder, "root", "bus"), filepath.Join(folder, "link")
	os.Mkdir(filepath.Dir(bus), 0700)
	os.Symlink(folder, link)
	p := open(t, bus, 64)
	defer p.Close()
	p.file.store(wordHeartbeat, 0)
	s := subscribe(t, filepath.Join(link, "root", "bus"), Options{})
	if status, err := s.Status(); status != Stalled || err != nil {
		t.Fatal(status, err)
	}
	if _, err := Publish(filepath.Join(link, "root", "bus"), PublisherOptions{}); !errors.Is(err, InUse) {
		t.Fatal(err)
	}
	file, _ := os.Open("/proc/locks")
	defer file.Close()
	isLocked := false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		isLocked = isLocked || strings.Contains(lines.Text(), fmt.Sprintf(":%d ", p.locked.Ino))
	}
	if !isLocked {
		t.Fatal("the lock is gone")
	}
}

func TestShouldCountAgainWhenAnotherBusHasTheName(t *testing.T) {
	bus := filepath.Join(t.TempDir(), "bus")
	p := open(t, bus, 64)
	s := subscribe(t, bus, Options{Oldest: true})
	publish(t, p, 100)
	drain(t, s)
	if s.Lost() != 37 || s.Rejoined() != 0 {
		t.Fatal(s.Lost(), s.Rejoined())
	}
	p.release()
	os.RemoveAll(bus)
	p = open(t, bus, 64)
	defer p.Close()
	publish(t, p, 10)
	var received int64
	for end := time.Now().Add(20 * time.Second); received < 10 && time.Now().Before(end); s.WaitFor(time.Millisecond) {
		for signal := (Signal{}); ; received++ {
			if ok, err := s.Poll(&signal); err != nil {
				t.Fatal(err)
			} else if !ok {
				break
			} else if signal.Sequence != received {
				t.Fatal(signal.Sequence, received)
			}
		}
	}
	if received != 10 || s.Lost() != 0 || s.Rejoined() != 1 || s.Next() != 10 {
		t.Fatal(received, s.Lost(), s.Rejoined(), s.Next())
	}
}

func TestShouldWaitForEverWhenToldSo(t *testing.T) {
	if after(1<<63-1) < 1<<62 || after(-1) >= after(1000) {
		t.Fatal("a time beyond the end of time is its end")
	}
}

// answering is a bus whose socket gives these answers to HELLO, one a connection: kind, and session or reason.
func answering(t *testing.T, answers ...[2]uint64) (bus string) {
	bus = filepath.Join(t.TempDir(), "bus")
	p := open(t, bus, 64)
	t.Cleanup(p.Close)
	length := int64(headerBytes + 256 + 64*64)
	replies := p.newFile("replies", length)
	copy(replies.words, []uint64{repliesMagic, repliesVersion | byteOrder<<32, headerBytes | 64<<32, 64, uint64(length), 1, 0, 0,
		p.file.words[wordHistory], p.file.words[wordEpoch]})
	if err := os.Rename(bus+"/.new-replies", bus+"/replies"); err != nil {
		t.Fatal(err)
	}
	server, err := net.Listen("unix", bus+"/control")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		for _, answer := range answers {
			client, err := server.Accept()
			if err != nil {
				return
			}
			var m [16]uint64
			io.ReadFull(client, bytesOf(m[:]))
			m[1], m[6], m[7], m[8] = layoutVersion|answer[0]<<32, answer[1], 0, 64
			client.Write(bytesOf(m[:]))
		}
	}()
	return bus
}

func TestShouldConnectAgainWhenHelloCameLate(t *testing.T) {
	if _, err := Connect(answering(t, [2]uint64{rejected, 14}), ConnectOptions{}); !errors.Is(err, Disconnected) {
		t.Fatal(err)
	}
	defer func(before int64) { lateHelloNs = before }(lateHelloNs)
	lateHelloNs = -1
	bus := answering(t, [2]uint64{rejected, 14}, [2]uint64{rejected, 15}, [2]uint64{welcome, 7<<32 | 0})
	timers, err := Connect(bus, ConnectOptions{})
	if err != nil || timers.Owner() != 7 {
		t.Fatal(err)
	}
	timers.Close()
}

func TestShouldKeepEarlierArmingWhenALaterOneIsRefused(t *testing.T) {
	timers, err := Connect(answering(t, [2]uint64{welcome, 7 << 32}), ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer timers.Close()
	answer := func(command int64, code ReplyCode) {
		var reply Reply
		memory := make(ring, 64)
		timers.ring = memory
		memory.write(timers.reply, &record{1: uint64(command), 2: 5, 5: uint64(code)})
		timers.uuid = [2]uint64{}
		if ok, err := timers.Reply(&reply); !ok || err != nil || reply.Command != command || reply.Code != code {
			t.Fatal(ok, err, reply)
		}
	}
	for i := 0; i < 3; i++ {
		if _, err := timers.Arm(Timer{Key: 5, DeadlineNs: Now()}, []byte("payload")...); err != nil {
			t.Fatal(err)
		}
	}
	first := timers.generation(0)
	if latest := timers.armings[5].latest; latest != timers.generation(2) {
		t.Fatal("the latest that was sent is current at once: ", latest)
	}
	answer(0, Armed)
	answer(1, Invalid)
	answer(2, Full)
	if latest := timers.armings[5].latest; latest != first || timers.answered != 3 {
		t.Fatal(latest, first)
	}
	timers.Cancel(5)
	if latest := timers.armings[5].latest; latest != 0 {
		t.Fatal(latest)
	}
	answer(3, Cancelled)
	if len(timers.armings) != 0 {
		t.Fatal(timers.armings)
	}
}
