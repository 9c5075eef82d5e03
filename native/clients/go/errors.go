// SPDX-License-Identifier: Apache-2.0

package tickbus

import (
	"errors"
	"fmt"
	"syscall"
)

// Error says what is wrong: errors.Is(err, tickbus.Absent). Code is for programs, and the same in every language.
type Error struct{ Code, Text string }

var (
	Absent               = &Error{"ABSENT", "there is no such bus, or no daemon on it: start one, or check the name"}
	NotABus              = &Error{"NOT_A_BUS", "it is none of a bus's files: give a bus's directory, without links"}
	WrongByteOrder       = &Error{"BYTE_ORDER", "it is of the other byte order: start its publisher again"}
	WrongVersion         = &Error{"VERSION", "it is of another version: use the same release on both sides"}
	WrongGeometry        = &Error{"GEOMETRY", "its header or records have another length: start its publisher again"}
	Truncated            = &Error{"TRUNCATED", "it has another length than it states: start its publisher again"}
	Tampered             = &Error{"TAMPERED", "its contents contradict each other: delete the bus"}
	AnotherBoot          = &Error{"ANOTHER_BOOT", "it is from before the last boot: start its publisher again"}
	AnotherTimeNamespace = &Error{"ANOTHER_TIME_NAMESPACE", "its clock is another one: run in its publisher's time namespace"}
	Permission           = &Error{"PERMISSION", "it is another user's, or open to everybody: see its mode, or name its owner"}
	InUse                = &Error{"IN_USE", "another publishes on this bus: stop it, or use another name"}
	Disconnected         = &Error{"DISCONNECTED", "the daemon has ended, or rejects or evicts this client: connect again"}
	NoRoom               = &Error{"NO_ROOM", "too many commands wait for their answers: read replies, then send again"}
	NoSpace              = &Error{"NO_SPACE", "the file system is full: free some space, or use fewer slots"}
	OpenFiles            = &Error{"OPEN_FILES", "too many files are open: raise the limit with ulimit -n"}
	Argument             = &Error{"ARGUMENT", "that is not allowed here: see the documentation, and give another"}
	System               = &Error{"SYSTEM", "the system refused a call: check the path, and the limits of this process"}
)

var causes = map[syscall.Errno]*Error{
	syscall.ENOENT: Absent, syscall.ECONNREFUSED: Absent, syscall.EACCES: Permission, syscall.EPERM: Permission,
	syscall.ELOOP: NotABus, syscall.ENOTDIR: NotABus, syscall.EISDIR: NotABus, syscall.EMFILE: OpenFiles,
	syscall.ENFILE: OpenFiles, syscall.ENOSPC: NoSpace, syscall.EDQUOT: NoSpace,
}

func (e *Error) Error() string { return e.Text }

// require leaves the package's own functions by a panic, which catch turns into an error where a user called.
func require(condition bool, wrong *Error, what string, values ...any) {
	if !condition {
		panic(fmt.Errorf(what+": %w", append(values, wrong)...))
	}
}

func must(path string, err error) {
	var number syscall.Errno
	errors.As(err, &number)
	require(causes[number] == nil, causes[number], "%s", path)
	require(err == nil, System, "%s: %v", path, err)
}

func catch(err *error) {
	if thrown := recover(); thrown != nil {
		failure, isError := thrown.(error)
		if known := System; !isError || !errors.As(failure, &known) {
			panic(thrown)
		}
		*err = failure
	}
}
