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
mod waiting;

pub use publisher::Publisher;
pub use subscription::{Options, Signal, Status, Subscription};
pub use sys::now_ns;
pub use timers::{Misfire, Reply, ReplyCode, Timer, Timers};
pub use waiting::Mode;

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

macro_rules! codes {
    ($($code:ident $name:literal $text:literal)*) => {
        /// What is wrong, for programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $(#[doc = $text] $code),* }

        impl Code {
            const ALL: &'static [(Code, &'static str, &'static str)] = &[$((Code::$code, $name, $text)),*];
        }
    };
}

codes! {
    Absent "ABSENT" "there is no such bus, or no daemon on it: start one, or check the name"
    NotABus "NOT_A_BUS" "it is none of a bus's files: give a bus's directory, without links"
    ByteOrder "BYTE_ORDER" "it is of the other byte order: start its publisher again"
    Version "VERSION" "it is of another version: use the same release on both sides"
    Geometry "GEOMETRY" "its header or records have another length: start its publisher again"
    Truncated "TRUNCATED" "it has another length than it states: start its publisher again"
    Tampered "TAMPERED" "its contents contradict each other: delete the bus"
    AnotherBoot "ANOTHER_BOOT" "it is from before the last boot: start its publisher again"
    AnotherTimeNamespace "ANOTHER_TIME_NAMESPACE" "its clock is another one: run in its publisher's time namespace"
    Permission "PERMISSION" "it is another user's, or open to everybody: see its mode, or name its owner"
    InUse "IN_USE" "another publishes on this bus: stop it, or use another name"
    Disconnected "DISCONNECTED" "the daemon has ended, or rejects or evicts this client: connect again"
    NoRoom "NO_ROOM" "too many commands wait for their answers: read replies, then send again"
    NoSpace "NO_SPACE" "the file system is full: free some space, or use fewer slots"
    OpenFiles "OPEN_FILES" "too many files are open: raise the limit with ulimit -n"
    Argument "ARGUMENT" "that is not allowed here: see the documentation, and give another"
    System "SYSTEM" "the system refused a call: check the path, and the limits of this process"
}

impl Code {
    /// For example `ANOTHER_BOOT`: the same in every language.
    pub fn name(self) -> &'static str {
        Code::ALL[self as usize].1
    }
}

/// One sentence: what failed, why, and what to do.
#[derive(Clone)]
pub struct Error {
    pub code: Code,
    what: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl std::error::Error for Error {}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}: {}", self.what, Code::ALL[self.code as usize].2)
    }
}

/// What a program shows whose `main` returns the error.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

fn fail<T>(code: Code, what: String) -> Result<T> {
    Err(Error { code, what })
}

/// Returns from a function with what is wrong of the given thing.
macro_rules! require {
    ($condition:expr, $code:ident, $($what:tt)*) => {
        if !$condition {
            return $crate::fail($crate::Code::$code, format!($($what)*));
        }
    };
}
use require;

/// Names the path of a failed call.
trait At<T> {
    fn at(self, path: &std::path::Path) -> Result<T>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, path: &std::path::Path) -> Result<T> {
        self.or_else(|e| {
            let code = match e.raw_os_error() {
                Some(2 | 11 | 111) => Code::Absent,  // ENOENT, EAGAIN, ECONNREFUSED
                Some(1 | 13) => Code::Permission,    // EPERM, EACCES
                Some(20 | 21 | 40) => Code::NotABus, // ENOTDIR, EISDIR, ELOOP
                Some(28 | 122) => Code::NoSpace,     // ENOSPC, EDQUOT
                Some(23 | 24) => Code::OpenFiles,    // ENFILE, EMFILE
                _ => Code::System,
            };
            fail(code, format!("{}: {e}", path.display()))
        })
    }
}
