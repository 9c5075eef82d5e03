// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Misfire says what becomes of an occurrence that is later than the grace.
type Misfire uint8

const (
	FireOnce Misfire = iota // one signal for all that are late
	Skip                    // none
	FireAll                 // each, up to the cap
)

// Flags of an arming.
const (
	Keep     = 0x01 // the timer outlives its client
	Process  = 0x04 // it survives the daemon
	Disk     = 0x08 // it survives the loss of power
	Calendar = 0x10 // DeadlineNs is CLOCK_REALTIME
)

// Timer is what Arm asks for, laid out as a command; DeadlineNs is Now() plus a time for most.
type Timer struct {
	stamp, Key, DeadlineNs, PeriodNs int64 // PeriodNs 0: once
	SignalID                         int32
	kind, Flags                      uint8
	Misfire                          Misfire
	length                           uint8
	GraceUs, Cap                     uint32 // GraceUs 0: 1,000; Cap is for FireAll
	payload                          [12]byte
	generation                       int32
}

// ReplyCode is the daemon's answer.
type ReplyCode uint8

const (
	Armed ReplyCode = iota + 1
	Cancelled
	AlreadyFired
	Unknown
	Full
	Invalid
	Paused
	Resumed
	Listed
	ListEnd
	ListedRest // follows each Listed; section 14 of the wire format says what its fields are
	Submitted  // the command has a scope and is on its way to the cluster: another reply follows
	Uncertain  // the cluster has not answered in time: it may or may not be carried out
)

// Reply answers one command: the number that Arm and the others returned.
type Reply struct {
	stamp, Command, Key, DeadlineNs, SignalSequence int64
	Code                                            ReplyCode
	Reason                                          uint8
	Owner                                           uint16
	SignalID                                        int32
	PeriodNs, Detail                                int64
}

// ConnectOptions: the zero value waits up to 5 s for a daemon, without a name.
type ConnectOptions struct {
	Options
	Name    string // of the owner: clients of one name share their timers; durable timers need one
	Timeout time.Duration
}

// Timers is a client of a daemon. It reads a subscription of its own, and hands over the firings of its timers.
type Timers struct {
	signals         *Subscription
	options         ConnectOptions
	socket          net.Conn
	replies         *mapping // nil: not connected
	ring            ring
	uuid            [2]uint64
	session         int    // word of its session in replies
	owner, earlier  uint16 // now, and for signals before the boundary
	boundary        int64
	command, reply  int64 // the next of each
	answered        int64 // the next command to be answered
	window          int64
	lastList        int64
	firstGeneration int64
	armings         map[int64]arming
	checkAt         int64
}

// arming is what is known of a key: generations are 0 where it is cancelled.
type arming struct {
	command      int64 // the latest that was sent
	latest, sure int32 // generation of that one, and of the one that was answered last
}

const (
	arm, cancel, pause, resume, list                                   = 1, 2, 3, 4, 5
	sessionReason, sessionState, sessionConsumed, sessionNext, perList = 2, 3, 16, 18, 64
	welcome, rejected                                                  = 2, 3
)

var lateHelloNs = 500 * ms // the daemon waits for a HELLO for a second

// Connect attaches to a bus and connects to its daemon.
func Connect(bus string, options ConnectOptions) (t *Timers, err error) {
	defer catch(&err)
	isName := options.Name == "" || busName.MatchString(options.Name)
	require(isName, Argument, "name '%s': a name is 1 to 64 of A-Z a-z 0-9 . _ -", options.Name)
	if options.Timeout == 0 {
		options.Timeout = 5 * time.Second
	}
	t = &Timers{options: options, armings: map[int64]arming{}, firstGeneration: int64(random() >> 32)}
	return t, t.connect(bus)
}

// Reconnect connects to the daemon's successor, after an error Disconnected. Timers that were not durable are
// gone and must be armed again; commands without a reply may or may not have been carried out.
func (t *Timers) Reconnect() error {
	t.earlier = t.owner
	return t.connect("")
}

func (t *Timers) connect(bus string) error {
	for end := after(int64(t.options.Timeout)); ; time.Sleep(time.Millisecond) {
		t.disconnect()
		err := t.attempt(bus, end)
		if err == nil {
			return nil
		} else if t.disconnect(); Now() >= end || !errors.Is(err, Absent) {
			return err
		}
	}
}

// attempt fails with Absent where it is worth while to try again.
func (t *Timers) attempt(bus string, end int64) (err error) {
	defer catch(&err)
	if t.signals == nil {
		if t.signals, err = Subscribe(bus, t.options.Options); err != nil {
			return err
		}
	}
	t.signals.check()
	file, directory, owner := t.signals.file, t.signals.directory, t.options.Owner
	require(t.signals.status != Dead && file.state() == stateOpen, Absent, "%s: its publisher has ended", directory)
	path := directory + "/control"
	var s syscall.Stat_t
	must(path, syscall.Lstat(path, &s))
	require(s.Mode&syscall.S_IFMT == syscall.S_IFSOCK && isTrusted(&s, owner), Permission, "%s: it is no such socket", path)
	folder, err := os.Open(directory) // the path may be too long for an address
	must(directory, err)
	defer folder.Close()
	connectedAt := Now()
	t.socket, err = net.Dial("unix", fmt.Sprintf("/proc/self/fd/%d/control", folder.Fd()))
	must(path, err)
	t.replies = mapChecked(directory+"/replies", owner, repliesMagic, repliesVersion, syscall.PROT_READ, repliesLength)
	isCurrent := t.replies.load(8) == file.load(wordHistory) && t.replies.load(9) == file.load(wordEpoch)
	require(isCurrent, Absent, "%s: its replies are another daemon's", directory)
	t.hello(connectedAt, end)
	return nil
}

func repliesLength(h *header) int64 {
	if sessions := int64(int32(h[5])); sessions >= 1 && sessions <= 4096 {
		return headerBytes + sessions*(256+64*int64(h[wordSlots]))
	}
	return 0
}

func (t *Timers) hello(connectedAt, end int64) {
	words, directory := t.replies.words, t.signals.directory
	t.uuid = [2]uint64{random(), random()}
	m := [16]uint64{controlMagic, layoutVersion | 1<<32, words[8], words[9], t.uuid[0], t.uuid[1], 7: uint64(os.Getpid())}
	bytes := bytesOf(m[:])
	copy(bytes[64:], t.options.Name)
	t.socket.SetDeadline(time.Now().Add(time.Duration(max(end-Now(), ms))))
	_, err := t.socket.Write(bytes)
	isLate := Now()-connectedAt > lateHelloNs
	if err == nil {
		_, err = io.ReadFull(t.socket, bytes)
	}
	require(err == nil, Absent, "%s: its daemon does not answer (%v)", directory, err)
	t.socket.SetDeadline(time.Time{})
	kind, reason := m[1]>>32, m[6]&0xFFFFFFFF
	isOurs := m[0] == controlMagic && m[1]&0xFFFFFFFF == layoutVersion && (kind == welcome || kind == rejected)
	require(isOurs, WrongVersion, "%s: its daemon speaks another protocol", directory)
	// 14: it took this client for one that says nothing. 15: a successor has just taken over.
	isPassing := kind == rejected && (reason == 15 || (reason == 14 && isLate))
	require(!isPassing, Absent, "%s: its daemon is not ready", directory)
	require(kind == welcome, Disconnected, "%s: reason %d (%s)", directory, reason, bytes[56:56+min(72, int64(m[6]>>32))])
	session, sessions, slots := int64(reason), int64(uint32(words[5])), int64(words[wordSlots])
	t.owner, t.reply, t.window = uint16(m[6]>>32), int64(m[7]), int64(uint32(m[8]))
	isSound := session < sessions && t.reply >= 0 && t.reply <= mostSequence && t.window > 0
	require(isSound, Tampered, "%s: its daemon's answer", directory)
	t.firstGeneration += t.command
	t.command, t.answered, t.lastList, t.boundary = 0, 0, -1, t.signals.file.load(wordEpochSequence)
	first := (headerBytes + 256*sessions + 64*slots*session) / 8
	t.session, t.ring = int(headerBytes+256*session)/8, ringOf(words[first:first+8*slots])
	for key, a := range t.armings { // no reply will come to what was sent before
		t.armings[key] = arming{-1, a.latest, a.latest}
	}
}

// Owner is the number of this client's owner, as in its signals.
func (t *Timers) Owner() uint16 { return t.owner }

// Signals is the subscription below, for its counts.
func (t *Timers) Signals() *Subscription { return t.signals }

// Arm arms a timer, or arms its key again. It answers the command's number, which its Reply carries. The payload has 12
// bytes at most.
func (t *Timers) Arm(timer Timer, payload ...byte) (int64, error) {
	if len(payload) > 12 {
		return -1, fmt.Errorf("key=%d: a payload of %d bytes is over 12: %w", timer.Key, len(payload), Argument)
	} else if timer.GraceUs == 0 {
		timer.GraceUs = 1000
	}
	timer.kind, timer.length = arm, uint8(copy(timer.payload[:], payload))
	timer.generation = t.generation(t.command)
	return t.send(&timer)
}

// Cancel cancels the timer of a key: what it has fired and was not read is stale from now on.
func (t *Timers) Cancel(key int64) (int64, error) { return t.send(&Timer{Key: key, kind: cancel}) }

// Pause stops the timer of a key until Resume.
func (t *Timers) Pause(key int64) (int64, error) { return t.send(&Timer{Key: key, kind: pause}) }

// Resume lets a paused timer run.
func (t *Timers) Resume(key int64) (int64, error) { return t.send(&Timer{Key: key, kind: resume}) }

// List asks for up to 31 timers; cursor is 0, or Detail of the ListEnd before. One is under way at a time.
func (t *Timers) List(cursor int64) (int64, error) { return t.send(&Timer{Key: cursor, kind: list}) }

// generation is another number above 0 for each arming, whatever the connection.
func (t *Timers) generation(command int64) int32 {
	return int32((t.firstGeneration+command)%(1<<31-1)) + 1
}

// send fails with NoRoom where replies could overtake their reader.
func (t *Timers) send(c *Timer) (number int64, err error) {
	defer catch(&err)
	require(t.replies != nil, Disconnected, "%s: it is not connected", t.signals.directory)
	consumed := t.replies.load(t.session + sessionConsumed)
	replies := t.command - consumed + t.replies.load(t.session+sessionNext) - t.reply
	isList, isListing := c.kind == list, t.lastList >= consumed
	if isList || isListing {
		replies += perList - 1
	}
	hasRoom := t.command-consumed < t.window && replies < t.ring.slots() && !(isList && isListing)
	require(hasRoom, NoRoom, "%s: command %d", t.signals.directory, t.command)
	c.stamp, number = t.command+1, t.command
	_, err = t.socket.Write((*[64]byte)(unsafe.Pointer(c))[:])
	require(err == nil, Disconnected, "%s: %v", t.signals.directory, err)
	t.command++
	switch c.kind {
	case arm, cancel:
		t.armings[c.Key] = arming{number, c.generation, t.armings[c.Key].sure}
	case list:
		t.lastList = number
	}
	return number, nil
}

// Reply copies the next reply and answers true, or answers false at once where there is none.
func (t *Timers) Reply(reply *Reply) (ok bool, err error) {
	defer catch(&err)
	require(t.replies != nil, Disconnected, "%s: it is not connected", t.signals.directory)
	if !t.ring.slot(t.reply).read(t.reply, (*record)(unsafe.Pointer(reply))) || !t.isOurs() {
		t.check()
		return false, nil
	}
	t.reply++
	if reply.Code != Listed && reply.Code != ListedRest {
		t.answered = max(t.answered, reply.Command+1) // the cluster's reply may come after those to later commands
	}
	a, isKnown := t.armings[reply.Key]
	isLatest := isKnown && a.command == reply.Command
	switch reply.Code {
	case Armed:
		a.sure = t.generation(reply.Command)
	case Cancelled, AlreadyFired, Unknown:
		a.sure = 0
	case Full, Invalid: // the earlier arming of the key remains
		if isLatest {
			a.latest = a.sure
		}
	}
	if isLatest && a.latest == 0 {
		delete(t.armings, reply.Key)
	} else if isKnown {
		t.armings[reply.Key] = a
	}
	return true, nil
}

// Poll copies the next firing of this client's timers. isCurrent is false for one of an arming that was cancelled or
// replaced since.
func (t *Timers) Poll(signal *Signal) (ok, isCurrent bool, err error) {
	defer catch(&err)
	for ok, err = t.signals.Poll(signal); ok; ok, err = t.signals.Poll(signal) {
		owner := t.owner
		if signal.Sequence < t.boundary {
			owner = t.earlier
		}
		if owner != 0 && signal.Owner == owner {
			latest := t.armings[signal.Key].latest
			isCurrent = latest != 0 && signal.Generation == latest
			if isCurrent && signal.Flags&Last != 0 {
				delete(t.armings, signal.Key)
			}
			return true, isCurrent, nil
		}
	}
	if err == nil && t.replies != nil {
		t.check()
	}
	return false, false, err
}

// WaitFor returns when there may be something to poll, or after that time: 1 ms at most while replies are due, as no
// reply wakes a reader of signals.
func (t *Timers) WaitFor(most time.Duration) error {
	if t.answered < t.command {
		most = time.Duration(min(int64(most), ms))
	}
	return t.signals.WaitFor(most)
}

func (t *Timers) isOurs() bool {
	return [2]uint64{uint64(t.replies.load(t.session)), uint64(t.replies.load(t.session + 1))} == t.uuid
}

// check asks each 50 ms whether this client is still served.
func (t *Timers) check() {
	if Now() < t.checkAt {
		return
	}
	t.checkAt = Now() + checkNs
	isServed := t.isOurs() && atomic.LoadUint32(t.replies.half(t.session+sessionState)) != 2
	reason := t.replies.load(t.session+sessionReason) >> 32
	require(isServed, Disconnected, "%s: it was evicted, reason %d", t.signals.directory, reason)
	t.signals.check()
	file := t.signals.file
	isAlive := t.signals.status != Dead && file.state() != stateClosed && file.load(wordEpoch) == t.replies.load(9)
	require(isAlive, Disconnected, "%s: it has ended", t.signals.directory)
}

func (t *Timers) disconnect() {
	if t.socket != nil {
		t.socket.Close()
	}
	t.replies.close()
	t.socket, t.replies = nil, nil
}

// Close leaves: the daemon then cancels the timers of an owner without another client, save those that outlive it.
func (t *Timers) Close() {
	t.disconnect()
	if t.signals != nil {
		t.signals.Close()
	}
}
