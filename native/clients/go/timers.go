// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"errors"
	"fmt"
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

// Timer is what Arm asks for; DeadlineNs is Now() plus a time for most.
type Timer struct {
	Key, DeadlineNs int64
	Period          time.Duration // 0: once
	SignalID        int32
	Payload         []byte        // 12 bytes at most
	Grace           time.Duration // 0: 1 ms
	Misfire         Misfire
	Cap             uint32 // for FireAll
	Flags           uint8
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
)

// Reply answers one command: the number that Arm and the others returned.
type Reply struct {
	Command, Key, DeadlineNs, SignalSequence, PeriodNs, Detail int64
	Code                                                       ReplyCode
	Reason                                                     uint8
	Owner                                                      uint16
	SignalID                                                   int32
}

// ConnectOptions: the zero value waits up to 5 s for a daemon, without a name.
type ConnectOptions struct {
	Options
	Name    string // of the owner: clients of one name share their timers; durable timers need one
	Timeout time.Duration
}

// Timers is a client of a daemon. It reads a subscription of its own, and hands over the firings of its timers.
type Timers struct {
	signals        *Subscription
	options        ConnectOptions
	replies        *mapping
	ring           ring
	socket         int
	uuid           [2]int64
	session        int    // word of its session in replies
	owner, earlier uint16 // now, and for signals before the boundary
	boundary       int64
	command, reply int64 // the next of each
	window         int64
	generation     int32
	latest         map[int64]int32 // generation of the latest arming of each key
	pending        []sent
	checkAt        int64
}

type sent struct {
	command, key         int64
	generation, previous int32
	kind                 byte
}

const (
	arm, cancel, pause, resume, list                                   = 1, 2, 3, 4, 5
	sessionReason, sessionState, sessionConsumed, sessionNext, perList = 2, 3, 16, 18, 64
)

// Connect attaches to a bus and connects to its daemon.
func Connect(bus string, options ConnectOptions) (*Timers, error) {
	if options.Name != "" && !busName.MatchString(options.Name) {
		return nil, fail(Argument, "name '%s': a name is 1 to 64 of A-Z a-z 0-9 . _ -; give another", options.Name)
	}
	if options.Timeout == 0 {
		options.Timeout = 5 * time.Second
	}
	t := &Timers{options: options, socket: -1, latest: map[int64]int32{}, generation: int32(random())}
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
		err := t.attempt(bus, end)
		if err == nil {
			return nil
		}
		t.disconnect()
		if Now() >= end || !errors.Is(err, Absent) {
			return err
		}
	}
}

func (t *Timers) gone(code Code, why string) error {
	return fail(code, "%s: %s; start its daemon, then connect again", t.signals.directory, why)
}

// attempt fails with Absent where it is worth while to try again.
func (t *Timers) attempt(bus string, end int64) (err error) {
	defer catch(&err)
	t.disconnect()
	if t.signals == nil {
		if t.signals, err = Subscribe(bus, t.options.Options); err != nil {
			return err
		}
	}
	status, err := t.signals.Status()
	file := t.signals.file
	if err != nil {
		return err
	} else if status == Dead || file.state() != stateOpen {
		return t.gone(Absent, "its publisher has ended")
	}
	t.openSocket(end)
	t.replies = mapChecked(t.signals.directory+"/replies", t.options.Owner, repliesMagic, repliesVersion,
		syscall.PROT_READ, repliesLength)
	if t.replies.load(8) != file.load(wordHistory) || t.replies.load(9) != file.load(wordEpoch) {
		return t.gone(Absent, "its replies are another daemon's")
	}
	t.hello()
	return nil
}

func repliesLength(header []byte) int64 {
	sessions := int64(int32(word(header[40:])))
	if sessions < 1 || sessions > 4096 {
		return 0
	}
	return headerBytes + sessions*(256+64*int64(word(header[24:])))
}

func (t *Timers) openSocket(end int64) {
	path := t.signals.directory + "/control"
	var s syscall.Stat_t
	must(path, syscall.Lstat(path, &s))
	require(s.Mode&syscall.S_IFMT == syscall.S_IFSOCK && isTrusted(s.Uid, t.options.Owner), Permission,
		"%s: it is not a socket of the bus's owner; delete it", path)
	folder, err := os.Open(t.signals.directory) // the path may be too long for an address
	must(path, err)
	defer folder.Close()
	t.socket, err = syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must(path, err)
	left := syscall.NsecToTimeval(max(end-Now(), ms))
	syscall.SetsockoptTimeval(t.socket, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &left)
	err = syscall.Connect(t.socket, &syscall.SockaddrUnix{Name: fmt.Sprintf("/proc/self/fd/%d/control", folder.Fd())})
	if err == syscall.ECONNREFUSED || err == syscall.EAGAIN {
		err = syscall.ENOENT
	}
	must(path, err)
}

func (t *Timers) hello() {
	t.uuid = [2]int64{int64(random()), int64(random())}
	m := [16]uint64{control, layoutVersion | 1<<32, uint64(t.replies.load(8)), uint64(t.replies.load(9)), uint64(t.uuid[0]),
		uint64(t.uuid[1]), 0, uint64(os.Getpid())}
	bytes := (*[128]byte)(unsafe.Pointer(&m))[:]
	copy(bytes[64:], t.options.Name)
	err := t.transmit(bytes)
	for n, read := 0, 0; err == nil && read < len(bytes); read += n {
		if n, _, err = syscall.Recvfrom(t.socket, bytes[read:], syscall.MSG_WAITALL); err == syscall.EINTR {
			n, err = 0, nil
		} else if n <= 0 {
			err = t.gone(Absent, "it ended the connection")
		}
	}
	kind, reason := m[1]>>32, uint32(m[6])
	if err != nil || (kind == 3 && reason == 15) { // 15: a successor has just taken over
		panic(t.gone(Absent, "it is not ready"))
	}
	require(m[0] == control && uint32(m[1]) == layoutVersion && (kind == 2 || kind == 3), WrongVersion,
		"%s: its daemon speaks another protocol; use the same release on both sides", t.signals.directory)
	require(kind == 2, Disconnected, "%s: its daemon rejects this client, reason %d (%s); see its limits", t.signals.directory,
		reason, bytes[56:56+min(72, int64(m[6]>>32))])
	session, sessions, slots := int64(uint32(m[6])), int64(uint32(t.replies.words[5])), t.replies.load(wordSlots)
	t.owner, t.reply, t.window, t.command, t.pending = uint16(m[6]>>32), int64(m[7]), int64(uint32(m[8])), 0, nil
	require(session < sessions && t.reply >= 0 && t.reply <= mostSequence && t.window > 0, Tampered, "%s: its daemon's answer makes no sense; restart it",
		t.signals.directory)
	first := (headerBytes + 256*sessions + 64*slots*session) / 8
	t.session, t.ring = int(headerBytes+256*session)/8, ringOf(t.replies.words[first:first+8*slots])
	t.boundary = t.signals.file.load(wordEpochSequence)
}

func (t *Timers) transmit(bytes []byte) error {
	for len(bytes) > 0 {
		n, err := syscall.SendmsgN(t.socket, bytes, nil, nil, syscall.MSG_NOSIGNAL)
		if err != nil && err != syscall.EINTR {
			return t.gone(Disconnected, "it has ended the connection")
		}
		bytes = bytes[max(0, int64(n)):]
	}
	return nil
}

// Owner is the number of this client's owner, as in its signals.
func (t *Timers) Owner() uint16 { return t.owner }

// Signals is the subscription below, for its counts.
func (t *Timers) Signals() *Subscription { return t.signals }

// Arm arms a timer, or arms its key again. It answers the command's number, which its Reply carries.
func (t *Timers) Arm(timer Timer) (int64, error) {
	grace := int64(timer.Grace / time.Microsecond)
	if timer.Grace == 0 {
		grace = 1000
	}
	if len(timer.Payload) > 12 || grace < 0 {
		return -1, fail(Argument, "key=%d: its payload is over 12 bytes or its grace negative; change it", timer.Key)
	}
	if t.generation++; t.generation == 0 {
		t.generation = 1
	}
	var payload [16]byte
	copy(payload[:], timer.Payload)
	return t.send(sent{key: timer.Key, kind: arm, generation: t.generation}, record{2: uint64(timer.DeadlineNs),
		3: uint64(timer.Period), 4: uint64(uint32(timer.SignalID)) | uint64(timer.Flags)<<40 | uint64(timer.Misfire)<<48 |
			uint64(len(timer.Payload))<<56, 5: uint64(min(grace, 1<<32-1)) | uint64(timer.Cap)<<32,
		6: word(payload[0:]), 7: word(payload[8:]) | uint64(uint32(t.generation))<<32})
}

// Cancel cancels the timer of a key: what it has fired and was not read is stale from now on.
func (t *Timers) Cancel(key int64) (int64, error) {
	return t.send(sent{key: key, kind: cancel}, record{})
}

// Pause stops the timer of a key until Resume.
func (t *Timers) Pause(key int64) (int64, error) {
	return t.send(sent{key: key, kind: pause}, record{})
}

// Resume lets a paused timer run.
func (t *Timers) Resume(key int64) (int64, error) {
	return t.send(sent{key: key, kind: resume}, record{})
}

// List asks for up to 31 timers; cursor is 0, or Detail of the ListEnd before.
func (t *Timers) List(cursor int64) (int64, error) {
	return t.send(sent{key: cursor, kind: list}, record{})
}

// send fails with NoRoom where replies could overtake their reader.
func (t *Timers) send(c sent, r record) (int64, error) {
	if t.replies == nil {
		return -1, t.gone(Disconnected, "this client is not connected")
	}
	consumed := t.replies.load(t.session + sessionConsumed)
	replies := t.command - consumed + t.replies.load(t.session+sessionNext) - t.reply
	for i := range t.pending {
		if t.pending[i].kind == list && t.pending[i].command >= consumed {
			replies += perList - 1
		}
	}
	if c.kind == list {
		replies += perList - 1
	}
	if t.command-consumed >= t.window || replies >= t.ring.slots() {
		return -1, fail(NoRoom, "%s: %d commands wait for their answers; read replies, then try again",
			t.signals.directory, t.command-consumed)
	}
	r[0], r[1] = uint64(t.command+1), uint64(c.key)
	r[4] |= uint64(c.kind) << 32
	if err := t.transmit((*[64]byte)(unsafe.Pointer(&r))[:]); err != nil {
		return -1, err
	}
	c.command, c.previous = t.command, t.latest[c.key]
	t.command++
	t.pending = append(t.pending, c)
	if c.kind == arm {
		t.latest[c.key] = c.generation
	} else if c.kind == cancel {
		delete(t.latest, c.key)
	}
	return c.command, nil
}

// Reply copies the next reply and answers true, or answers false at once where there is none.
func (t *Timers) Reply(reply *Reply) (bool, error) {
	if t.replies == nil {
		return false, t.gone(Disconnected, "this client is not connected")
	}
	var r record
	found := t.ring.slot(t.reply).read(t.reply, &r)
	if found != committed || !t.isOurs() {
		if found == overrun {
			t.checkAt = 0
		}
		return false, t.check()
	}
	t.reply++
	*reply = Reply{int64(r[1]), int64(r[2]), int64(r[3]), int64(r[4]), int64(r[6]), int64(r[7]), ReplyCode(r[5]),
		uint8(r[5] >> 8), uint16(r[5] >> 16), int32(r[5] >> 32)}
	for reply.Code != Listed && reply.Code != ListedRest && len(t.pending) > 0 && t.pending[0].command <= reply.Command {
		c := t.pending[0]
		t.pending = t.pending[1:]
		if c.command == reply.Command && c.kind == arm && reply.Code != Armed {
			t.refused(c)
		}
	}
	return true, nil
}

// refused makes the earlier arming of a key the latest again.
func (t *Timers) refused(c sent) {
	if t.latest[c.key] == c.generation {
		t.latest[c.key] = c.previous
	}
	for i := range t.pending {
		if t.pending[i].key == c.key && t.pending[i].previous == c.generation {
			t.pending[i].previous = c.previous
		}
	}
}

// Poll copies the next firing of this client's timers. isCurrent is false for one of an arming that was cancelled or
// replaced since.
func (t *Timers) Poll(signal *Signal) (ok, isCurrent bool, err error) {
	for {
		if ok, err := t.signals.Poll(signal); !ok {
			if err == nil && t.replies != nil {
				err = t.check()
			}
			return false, false, err
		}
		owner := t.owner
		if signal.Sequence < t.boundary {
			owner = t.earlier
		}
		if owner != 0 && signal.Owner == owner {
			generation := t.latest[signal.Key]
			isCurrent = generation != 0 && signal.Generation == generation
			if isCurrent && signal.Flags&Last != 0 {
				delete(t.latest, signal.Key)
			}
			return true, isCurrent, nil
		}
	}
}

// WaitFor returns when there may be something to poll, or after that time: 1 ms at most while replies are due, as no
// reply wakes a reader of signals.
func (t *Timers) WaitFor(most time.Duration) error {
	if len(t.pending) > 0 {
		most = time.Duration(min(int64(most), ms))
	}
	return t.signals.WaitFor(most)
}

func (t *Timers) isOurs() bool {
	return t.replies.load(t.session) == t.uuid[0] && t.replies.load(t.session+1) == t.uuid[1]
}

// check asks each 50 ms whether this client is still served.
func (t *Timers) check() error {
	if Now() < t.checkAt {
		return nil
	}
	t.checkAt = Now() + checkNs
	var byte [1]byte
	_, _, err := syscall.Recvfrom(t.socket, byte[:], syscall.MSG_DONTWAIT)
	if !t.isOurs() || atomic.LoadUint32(t.replies.half(t.session+sessionState)) == 2 {
		return fail(Disconnected, "%s: its daemon has evicted this client, reason %d; connect again", t.signals.directory,
			t.replies.load(t.session+sessionReason)>>32)
	} else if (err != syscall.EAGAIN && err != syscall.EINTR) || t.signals.file.state() == stateClosed ||
		t.signals.file.load(wordEpoch) != t.replies.load(9) {
		return t.gone(Disconnected, "it has ended")
	}
	return nil
}

func (t *Timers) disconnect() {
	if t.socket >= 0 {
		syscall.Close(t.socket)
		t.socket = -1
	}
	t.replies.close()
	t.replies = nil
}

// Close leaves: the daemon then cancels the timers of an owner without another client, save those that outlive it.
func (t *Timers) Close() {
	t.disconnect()
	if t.signals != nil {
		t.signals.Close()
	}
}
