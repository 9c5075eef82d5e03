// SPDX-License-Identifier: Apache-2.0

//! The system calls that std has not, and the one place of unsafe code.

use std::ffi::{c_int, c_long, c_void};
use std::fs::{File, Metadata};
use std::io::{Error, Result};
use std::os::{fd::AsRawFd, unix::fs::MetadataExt};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::*};
use std::time::Duration;

#[cfg(not(all(target_os = "linux", target_endian = "little", target_pointer_width = "64")))]
compile_error!("a bus is little-endian and on 64-bit Linux");

const IS_ARM: bool = cfg!(target_arch = "aarch64");
pub const OPEN_FLAGS: c_int = 0o4000 | if IS_ARM { 0o100000 } else { 0o400000 }; // O_NONBLOCK, O_NOFOLLOW
const SYS_FUTEX: c_long = if IS_ARM { 98 } else { 202 };

#[repr(C)]
struct Timespec {
    seconds: i64,
    ns: i64,
}

#[repr(C)]
struct Flock {
    kind: i16,
    whence: i16,
    start: i64,
    length: i64,
    pid: c_int,
}

extern "C" {
    fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
    fn mmap(at: *mut c_void, length: usize, protection: c_int, flags: c_int, fd: c_int, offset: i64) -> *mut c_void;
    fn munmap(at: *mut c_void, length: usize) -> c_int;
    fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn geteuid() -> u32;
    fn prctl(option: c_int, ...) -> c_int;
    fn sched_getaffinity(thread: c_int, size: usize, set: *mut [u64; 16]) -> c_int;
    fn sched_setaffinity(thread: c_int, size: usize, set: *const [u64; 16]) -> c_int;
}

/// CLOCK_MONOTONIC in nanoseconds, the clock of every time on a bus.
#[inline]
pub fn now_ns() -> i64 {
    let mut t = Timespec { seconds: 0, ns: 0 };
    // SAFETY: the clock exists, and t is written by the call only.
    unsafe { clock_gettime(1, &mut t) };
    t.seconds * 1_000_000_000 + t.ns
}

/// The end of time where it is longer than that.
pub fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

pub fn user() -> u32 {
    // SAFETY: it has no arguments and cannot fail.
    unsafe { geteuid() }
}

/// A mapped file. Other processes write it, so it is only ever seen as atomic words.
pub struct Map {
    words: &'static [AtomicU64],
    meta: Metadata,
}

impl Map {
    /// Maps the first `length` bytes, a multiple of 8, of a file that has them.
    pub fn new(file: &File, length: u64, is_writable: bool) -> Result<Map> {
        let (meta, protection) = (file.metadata()?, 1 | (2 * c_int::from(is_writable)));
        // SAFETY: a new mapping overlaps nothing, and the result is checked.
        let at = unsafe { mmap(std::ptr::null_mut(), length as usize, protection, 1, file.as_raw_fd(), 0) };
        if at as isize == -1 {
            return Err(Error::last_os_error());
        }
        // SAFETY: page-aligned, `length` bytes long, and unmapped only when this Map, which lends it out, is dropped.
        Ok(Map { words: unsafe { std::slice::from_raw_parts(at.cast(), length as usize / 8) }, meta })
    }

    #[inline]
    pub fn words(&self) -> &[AtomicU64] {
        self.words
    }

    /// The lower half of a word: an int32 of its own.
    #[inline]
    pub fn half(&self, word: usize) -> &AtomicU32 {
        // SAFETY: within the word, aligned, and such a word is accessed by its halves only.
        unsafe { &*std::ptr::from_ref(&self.words[word]).cast() }
    }

    #[inline]
    pub fn load(&self, word: usize) -> i64 {
        self.words[word].load(Acquire) as i64
    }

    #[inline]
    pub fn store(&self, word: usize, value: i64) {
        self.words[word].store(value as u64, Release);
    }

    pub fn is(&self, other: &Metadata) -> bool {
        is_same(&self.meta, other)
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: mapped by new() with this length, and nothing borrowed from self remains.
        unsafe { munmap(self.words.as_ptr() as *mut c_void, self.words.len() * 8) };
    }
}

pub fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.ino(), one.dev()) == (other.ino(), other.dev())
}

/// Returns when woken, at `until_ns`, or at once where the word has another value.
pub fn sleep_on(word: &AtomicU32, value: u32, until_ns: i64) {
    let until = Timespec { seconds: until_ns / 1_000_000_000, ns: until_ns % 1_000_000_000 };
    // SAFETY: PR_SET_TIMERSLACK takes a number. FUTEX_WAIT_BITSET reads the word and the time, which outlive the call.
    unsafe {
        prctl(29, 1 as c_long);
        syscall(SYS_FUTEX, word.as_ptr(), 9, value, &until, std::ptr::null::<u32>(), u32::MAX);
    }
}

/// Changes the word that sleepers sleep on, and wakes them. Only the publisher writes it.
pub fn raise(word: &AtomicU32) {
    word.store(word.load(Relaxed).wrapping_add(1), Release);
    // SAFETY: FUTEX_WAKE uses the address only.
    unsafe { syscall(SYS_FUTEX, word.as_ptr(), 1, c_int::MAX) };
}

/// Moves this thread away from a processor, if it is there and has another.
pub fn leave_processor(processor: u32) {
    let mut allowed = [0; 16];
    let size = std::mem::size_of_val(&allowed);
    // SAFETY: the calls use as many bytes of the sets as said.
    unsafe {
        if processor < 1024 && sched_getaffinity(0, size, &mut allowed) == 0 {
            let mut others = allowed;
            others[processor as usize / 64] &= !(1 << (processor % 64));
            if sched_setaffinity(0, size, &others) == 0 {
                sched_setaffinity(0, size, &allowed);
            }
        }
    }
}

/// Takes a write lock on the first byte: one of an open file, which conflicts with all record locks, and which is not
/// released when the process closes another descriptor of the same file.
pub fn lock(file: &File) -> bool {
    locked(file, 37, 1).is_some()
}

/// Whether somebody holds a write lock on the first byte; takes nothing.
pub fn is_locked(file: &File) -> bool {
    locked(file, 36, 0) != Some(2)
}

/// The kind of lock that F_OFD_GETLK, 36, finds in the way, 2 for none; none where it or F_OFD_SETLK, 37, fails.
fn locked(file: &File, command: c_int, kind: i16) -> Option<i16> {
    let mut lock = Flock { kind, whence: 0, start: 0, length: 1, pid: 0 };
    // SAFETY: the commands read and write the struct.
    let is_done = unsafe { fcntl(file.as_raw_fd(), command, &mut lock) == 0 };
    is_done.then_some(lock.kind)
}
