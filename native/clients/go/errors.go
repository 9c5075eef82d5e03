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
	Absent               Code = "ABSENT"                 // no such bus, or no daemon on it
	NotABus              Code = "NOT_A_BUS"              // a wrong magic number, a link, or no regular file
	WrongByteOrder       Code = "BYTE_ORDER"             // the other byte order
	WrongVersion         Code = "VERSION"                // another version of the layout, or of the daemon's messages
	WrongGeometry        Code = "GEOMETRY"               // other lengths of header or record
	Truncated            Code = "TRUNCATED"              // shorter or longer than the header says
	Tampered             Code = "TAMPERED"               // contents that contradict each other, or the format's limits
	AnotherBoot          Code = "ANOTHER_BOOT"           // from before the host was booted
	AnotherTimeNamespace Code = "ANOTHER_TIME_NAMESPACE" // a clock with another offset
	Permission           Code = "PERMISSION"             // of another user, writable by everybody, or not accessible
	InUse                Code = "IN_USE"                 // another publishes on this bus
	Disconnected         Code = "DISCONNECTED"           // the daemon has ended, or has rejected or evicted this client
	NoRoom               Code = "NO_ROOM"                // nothing was sent: read replies first
	NoSpace              Code = "NO_SPACE"               // the file system is full
	OpenFiles            Code = "OPEN_FILES"             // this process has too many open files
	Argument             Code = "ARGUMENT"               // an argument is out of its range
	System               Code = "SYSTEM"                 // any other failed call
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
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		code, remedy = Permission, "run as the user who owns the bus"
	case errors.Is(err, syscall.ELOOP), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR):
		code, remedy = NotABus, "give a bus's directory, without links"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		code, remedy = OpenFiles, "raise its limit with ulimit -n"
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
