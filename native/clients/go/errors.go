// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"errors"
	"fmt"
	"syscall"
)

// Code says what is wrong, for programs: errors.Is(err, tickbus.Absent). The names are the same in every language.
type Code string

const (
	Absent               Code = "ABSENT"                 // no bus of that name
	NotABus              Code = "NOT_A_BUS"              // the file does not start with the magic number
	WrongByteOrder       Code = "BYTE_ORDER"             // written in the other byte order
	WrongVersion         Code = "VERSION"                // another version of the layout
	WrongGeometry        Code = "GEOMETRY"               // header, record, slot count or clock are not as they must be
	Truncated            Code = "TRUNCATED"              // the file's length is not what its header says
	Tampered             Code = "TAMPERED"               // the contents contradict each other
	AnotherBoot          Code = "ANOTHER_BOOT"           // left from before the host was last booted
	AnotherTimeNamespace Code = "ANOTHER_TIME_NAMESPACE" // its clock differs
	Permission           Code = "PERMISSION"             // somebody else's, open to everybody, or not accessible
	InUse                Code = "IN_USE"                 // somebody else publishes on this bus
	NoDaemon             Code = "NO_DAEMON"              // no daemon serves this bus, or it has ended
	Rejected             Code = "REJECTED"               // the daemon does not accept this client
	Evicted              Code = "EVICTED"                // the daemon has ended this client's session
	NoRoom               Code = "NO_ROOM"                // nothing was sent: read replies first
	NoSpace              Code = "NO_SPACE"               // the file system is full
	Misuse               Code = "MISUSE"                 // an argument is out of its range
	System               Code = "SYSTEM"                 // the operating system refused a call
)

func (c Code) Error() string { return string(c) }

// Error is one sentence: what failed, why, and what to do.
type Error struct {
	Code Code
	Text string
}

func (e *Error) Error() string { return e.Text }

// Unwrap makes errors.Is(err, tickbus.Absent) work.
func (e *Error) Unwrap() error { return e.Code }

func fail(code Code, format string, values ...any) error {
	return &Error{code, fmt.Sprintf(format, values...)}
}

// must leaves the package's own functions by a panic, which catch turns into an error where a user called.
func must(path string, err error) {
	code, remedy := System, "check the path and the limits of this process"
	switch {
	case err == nil:
		return
	case errors.Is(err, syscall.ENOENT):
		code, remedy = Absent, "start its publisher first"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM), errors.Is(err, syscall.ELOOP):
		code, remedy = Permission, "run as the user who owns the bus, and use no symbolic links"
	case errors.Is(err, syscall.ENOSPC):
		code, remedy = NoSpace, "free some space or use fewer slots"
	}
	panic(fail(code, "%s: %v; %s", path, err, remedy))
}

func require(condition bool, code Code, format string, values ...any) {
	if !condition {
		panic(fail(code, format, values...))
	}
}

func catch(err *error) {
	if thrown := recover(); thrown != nil {
		failure, ok := thrown.(*Error)
		if !ok {
			panic(thrown)
		}
		*err = failure
	}
}
