// SPDX-License-Identifier: Apache-2.0

//! The system calls that std has not, and the one place of unsafe code.

use std::ffi::{c_int, c_long, c_void};
use std::fs::{File, Metadata};
use std::io::{Error, Result};
use std::os::fd::AsRawFd;
use std::os::unix::{fs::MetadataExt, net::UnixStream};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::*};
use std::time::Duration;

#[cfg(not(all(target_os = "linux", target_endian = "little", target_pointer_width = "64")))]
compile_error!("a bus is little-endian and on 64-bit Linux");

const IS_ARM: bool = cfg!(target_arch = "aarch64");
pub const OPEN_FLAGS: c_int = 0o4000 | if IS_ARM { 0o100000 } else { 0o400000 }; // O_NONBLOCK, O_NOFOLLOW
const SYS_FUTEX: c_long = if IS_ARM { 98 } else { 202 };
pub const ENOTDIR: c_int = 20;
pub const EISDIR: c_int = 21;
pub const ENFILE: c_int = 23;
pub const EMFILE: c_int = 24;
pub const ENOSPC: c_int = 28;
pub const ELOOP: c_int = 40;

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
    fn posix_fallocate(fd: c_int, offset: i64, length: i64) -> c_int;
    fn recv(fd: c_int, buffer: *mut c_void, length: usize, flags: c_int) -> isize;
    fn send(fd: c_int, buffer: *const c_void, length: usize, flags: c_int) -> isize;
    fn geteuid() -> u32;
    fn prctl(option: c_int, ...) -> c_int;
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
    pub fn new(file: &File, length: usize, is_writable: bool) -> Result<Map> {
        let meta = file.metadata()?;
        // SAFETY: a new mapping overlaps nothing, and the result is checked.
        let at = unsafe { mmap(std::ptr::null_mut(), length, 1 | (2 * c_int::from(is_writable)), 1, file.as_raw_fd(), 0) };
        if at as isize == -1 {
            return Err(Error::last_os_error());
        }
        // SAFETY: page-aligned, `length` bytes long, and unmapped only when this Map, which lends it out, is dropped.
        Ok(Map { words: unsafe { std::slice::from_raw_parts(at.cast(), length / 8) }, meta })
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

/// Takes a write lock on the first byte.
pub fn lock(file: &File) -> bool {
    let lock = Flock { kind: 1, whence: 0, start: 0, length: 1, pid: 0 };
    // SAFETY: F_SETLK reads the struct.
    unsafe { fcntl(file.as_raw_fd(), 6, &lock) == 0 }
}

/// Whether another process holds a write lock on the first byte; takes nothing.
pub fn is_locked(file: &File) -> bool {
    let mut lock = Flock { kind: 0, whence: 0, start: 0, length: 1, pid: 0 };
    // SAFETY: F_GETLK reads and writes the struct.
    unsafe { fcntl(file.as_raw_fd(), 5, &mut lock) != 0 || lock.kind != 2 }
}

pub fn allocate(file: &File, length: u64) -> Result<()> {
    // SAFETY: it takes numbers only.
    match unsafe { posix_fallocate(file.as_raw_fd(), 0, length as i64) } {
        0 => Ok(()),
        errno => Err(Error::from_raw_os_error(errno)),
    }
}

/// Sends all bytes, without a signal where the other side has gone.
pub fn send_all(socket: &UnixStream, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        // SAFETY: the buffer is as long as said. 0x4000: MSG_NOSIGNAL.
        let sent = unsafe { send(socket.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), 0x4000) };
        if sent < 0 && Error::last_os_error().kind() != std::io::ErrorKind::Interrupted {
            return Err(Error::last_os_error());
        }
        bytes = &bytes[sent.max(0) as usize..];
    }
    Ok(())
}

/// Whether the other side has ended the connection, or has sent what it must not.
pub fn has_ended(socket: &UnixStream) -> bool {
    let mut byte = 0u8;
    // SAFETY: one byte may be written. 0x40: MSG_DONTWAIT.
    let received = unsafe { recv(socket.as_raw_fd(), std::ptr::from_mut(&mut byte).cast(), 1, 0x40) };
    let kind = Error::last_os_error().kind();
    received >= 0 || !matches!(kind, std::io::ErrorKind::WouldBlock | std::io::ErrorKind::Interrupted)
}
