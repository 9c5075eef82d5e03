// SPDX-License-Identifier: Apache-2.0

//! Reads signals from a Tickbus, publishes on a bus of one's own, and arms timers at a daemon.
//!
//! For 64-bit little-endian Linux, without dependencies. It starts no thread, and polling does not allocate. A mapped
//! file that its owner shortens ends the process with SIGBUS, unless the program handles that signal.

mod files;
mod publisher;
#[doc(hidden)]
pub mod ring;
mod subscription;
mod sys;
mod timers;

pub use publisher::Publisher;
pub use subscription::{Mode, Options, Signal, Status, Subscription};
pub use sys::now_ns;
pub use timers::{Misfire, Reply, ReplyCode, Timer, Timers};

/// Flags of a signal.
pub const LATE: u8 = 0x01;
/// `missed` further occurrences are part of this signal.
pub const COALESCED: u8 = 0x02;
/// The timer was recovered after a restart.
pub const RECOVERED: u8 = 0x04;
/// It may have been published before.
pub const MAYBE_DUPLICATE: u8 = 0x08;
/// The timer will not fire again.
pub const LAST: u8 = 0x10;

/// What is wrong, for programs; `name()` is the same in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// No such bus, or no daemon on it.
    Absent,
    /// A wrong magic number, a link, or no regular file.
    NotABus,
    /// The other byte order.
    ByteOrder,
    /// Another version of the layout, or of the daemon's messages.
    Version,
    /// Other lengths of header or record.
    Geometry,
    /// Shorter or longer than the header says.
    Truncated,
    /// Contents that contradict each other, or the format's limits.
    Tampered,
    /// From before the host was booted.
    AnotherBoot,
    /// A clock with another offset.
    AnotherTimeNamespace,
    /// Of another user, writable by everybody, or not accessible.
    Permission,
    /// Another publishes on this bus.
    InUse,
    /// The daemon has ended, or has rejected or evicted this client.
    Disconnected,
    /// Nothing was sent: read replies first.
    NoRoom,
    /// The file system is full.
    NoSpace,
    /// This process has too many open files.
    OpenFiles,
    /// An argument is out of its range.
    Argument,
    /// Any other failed call.
    System,
}

impl Code {
    /// For example `ANOTHER_BOOT`.
    pub fn name(self) -> String {
        let camel = format!("{self:?}");
        let words = camel.char_indices().flat_map(|(i, c)| ["", "_"][usize::from(i > 0 && c.is_uppercase())].chars().chain([c]));
        words.collect::<String>().to_uppercase()
    }
}

/// One sentence: what failed, why, and what to do.
#[derive(Clone, Debug)]
pub struct Error {
    pub code: Code,
    text: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl std::error::Error for Error {}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

fn fail<T>(code: Code, text: String) -> Result<T> {
    Err(Error { code, text })
}

fn require(condition: bool, code: Code, text: impl FnOnce() -> String) -> Result<()> {
    if condition { Ok(()) } else { fail(code, text()) }
}

/// Names the path of a failed call.
trait At<T> {
    fn at(self, path: &std::path::Path) -> Result<T>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, path: &std::path::Path) -> Result<T> {
        use std::io::ErrorKind::{NotFound, PermissionDenied};
        self.or_else(|e| {
            let (code, remedy) = match (e.kind(), e.raw_os_error()) {
                (NotFound, _) => (Code::Absent, "start its publisher first"),
                (PermissionDenied, _) => (Code::Permission, "run as the user who owns the bus"),
                (_, Some(sys::ENOTDIR | sys::EISDIR | sys::ELOOP)) => (Code::NotABus, "give a bus's directory, without links"),
                (_, Some(sys::ENOSPC)) => (Code::NoSpace, "free some space or use fewer slots"),
                (_, Some(sys::EMFILE | sys::ENFILE)) => (Code::OpenFiles, "raise its limit with ulimit -n"),
                _ => (Code::System, "check the path and the limits of this process"),
            };
            fail(code, format!("{}: {e}; {remedy}", path.display()))
        })
    }
}
