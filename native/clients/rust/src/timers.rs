// SPDX-License-Identifier: Apache-2.0

use crate::files::{self, word, CHECK_NS, CLOSED, HEADER, MS, OPEN, REPLIES, VERSION};
use crate::publisher::random;
use crate::ring::{Record, Ring, MOST_SEQUENCE};
use crate::sys::{self, now_ns, Map};
use crate::{require, At, Code, Options, Result, Signal, Status, Subscription, LAST};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::{fd::AsRawFd, unix::fs::FileTypeExt, unix::net::UnixStream};
use std::sync::atomic::Ordering::*;
use std::time::Duration;

#[cfg(test)]
#[path = "../tests/unit/timers.rs"]
mod tests;

const CONTROL: u64 = 0x314C_5443_4B43_4954;
const ARM: u8 = 1;
const CANCEL: u8 = 2;
const PAUSE: u8 = 3;
const RESUME: u8 = 4;
const LIST: u8 = 5;
const PER_LIST: i64 = 64;
const WELCOME: u64 = 2;
const REJECTED: u64 = 3;
/// The daemon waits for a HELLO for a second.
const LATE_HELLO_NS: i64 = if cfg!(test) { -1 } else { 500 * MS };
// Words of a session.
const REASON: usize = 2;
const STATE: usize = 3;
const CONSUMED: usize = 16;
const NEXT_REPLY: usize = 18;

/// What becomes of an occurrence that is later than the grace.
#[derive(Clone, Copy, Debug, Default)]
pub enum Misfire {
    /// One signal for all that are late.
    #[default]
    FireOnce,
    /// None.
    Skip,
    /// Each, up to `cap`.
    FireAll,
}

/// What to arm. `deadline_ns` is `now_ns()` plus a time for most.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timer<'a> {
    pub key: i64,
    pub deadline_ns: i64,
    /// 0: once.
    pub period_ns: i64,
    pub signal_id: i32,
    /// 12 bytes at most.
    pub payload: &'a [u8],
    /// 0: 1,000.
    pub grace_us: u32,
    pub misfire: Misfire,
    /// For `FireAll`.
    pub cap: u32,
    /// `KEEP`, `PROCESS`, `DISK`, `CALENDAR`.
    pub flags: u8,
}

impl Timer<'_> {
    /// The timer outlives its client.
    pub const KEEP: u8 = 0x01;
    /// It survives the daemon.
    pub const PROCESS: u8 = 0x04;
    /// It survives the loss of power.
    pub const DISK: u8 = 0x08;
    /// `deadline_ns` is CLOCK_REALTIME.
    pub const CALENDAR: u8 = 0x10;

    /// The words of its command from `deadlineNs` on.
    fn encoded(&self, generation: i32) -> [u64; 6] {
        let mut bytes = [0; 16];
        bytes[..self.payload.len()].copy_from_slice(self.payload);
        bytes[12..].copy_from_slice(&generation.to_le_bytes());
        let payload = u128::from_le_bytes(bytes);
        let [id, flags, misfire] = [self.signal_id as u32 as u64, self.flags.into(), self.misfire as u64];
        let head = id | flags << 40 | misfire << 48 | (self.payload.len() as u64) << 56;
        let grace_us = if self.grace_us == 0 { 1000 } else { self.grace_us };
        let late = u64::from(grace_us) | u64::from(self.cap) << 32;
        [self.deadline_ns as u64, self.period_ns as u64, head, late, payload as u64, (payload >> 64) as u64]
    }
}

/// The daemon's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyCode {
    Armed = 1,
    Cancelled,
    AlreadyFired,
    Unknown,
    Full,
    Invalid,
    Paused,
    Resumed,
    Listed,
    ListEnd,
    /// Follows each `Listed`; section 14 of the wire format says what its fields are.
    ListedRest,
    /// The command has a scope and is on its way to the cluster: another reply follows.
    Submitted,
    /// The cluster has not answered in time: the command may or may not be carried out.
    Uncertain,
}

use ReplyCode::*;
#[rustfmt::skip]
const CODES: [ReplyCode; 13] = [Armed, Cancelled, AlreadyFired, Unknown, Full, Invalid, Paused, Resumed, Listed,
    ListEnd, ListedRest, Submitted, Uncertain];

/// Answers one command, by the number that `arm` and the others returned.
#[derive(Clone, Copy, Debug)]
pub struct Reply {
    pub command: i64,
    pub key: i64,
    pub deadline_ns: i64,
    pub signal_sequence: i64,
    pub code: ReplyCode,
    pub reason: u8,
    pub owner: u16,
    pub signal_id: i32,
    pub period_ns: i64,
    pub detail: i64,
}

impl Reply {
    fn of(r: &Record) -> Option<Reply> {
        let code = *CODES.get((r[5] as u8 as usize).wrapping_sub(1))?;
        Some(Reply {
            command: r[1] as i64,
            key: r[2] as i64,
            deadline_ns: r[3] as i64,
            signal_sequence: r[4] as i64,
            code,
            reason: (r[5] >> 8) as u8,
            owner: (r[5] >> 16) as u16,
            signal_id: (r[5] >> 32) as i32,
            period_ns: r[6] as i64,
            detail: r[7] as i64,
        })
    }
}

/// What is known of a key: generations are 0 where it is cancelled.
#[derive(Clone, Copy, Default)]
struct Arming {
    command: i64, // the latest that was sent
    latest: i32,
    sure: i32, // generation of the one that was answered last
}

struct Connection {
    socket: UnixStream,
    replies: Map,
    uuid: [i64; 2],
    session: usize, // word of its session in replies
    ring: std::ops::Range<usize>,
    owner: u16,
    command: i64,
    reply: i64,
    answered: i64, // the next command to be answered
    last_list: i64,
    window: i64,
}

/// A client of a daemon. It reads a subscription of its own, and hands over the firings of its timers.
pub struct Timers {
    signals: Subscription,
    name: String,
    connection: Option<Connection>,
    owner: u16,
    earlier: u16, // owner of the signals before the boundary
    boundary: i64,
    first_generation: i64, // of the connection's first command
    armings: HashMap<i64, Arming>,
    check_at: i64,
}

impl Timers {
    /// Attaches to a bus and connects to its daemon, waiting so long for one. Clients of one name share their timers;
    /// "" is a name of one's own. Durable timers need a name.
    pub fn connect(bus: &str, name: &str, options: Options, most: Duration) -> Result<Timers> {
        let is_right = name.is_empty() || files::is_name(name);
        require!(is_right, Argument, "name '{name}': a name is 1 to 64 of A-Z a-z 0-9 . _ -");
        let end = now_ns().saturating_add(sys::nanos(most));
        let mut timers = Timers {
            signals: again(end, || Subscription::attach(bus, options))?,
            name: name.into(),
            connection: None,
            owner: 0,
            earlier: 0,
            boundary: 0,
            first_generation: i64::from(random() as u32),
            armings: HashMap::new(),
            check_at: 0,
        };
        timers.reconnect(most)?;
        Ok(timers)
    }

    /// Connects to the daemon's successor, after an error `Disconnected`. Timers that were not durable are gone
    /// and must be armed again; commands without a reply may or may not have been carried out.
    pub fn reconnect(&mut self, most: Duration) -> Result<()> {
        if let Some(before) = self.connection.take() {
            self.first_generation += before.command;
        }
        self.earlier = self.owner;
        for arming in self.armings.values_mut() {
            *arming = Arming { command: -1, latest: arming.latest, sure: arming.latest };
            // no reply will come to it
        }
        let end = now_ns().saturating_add(sys::nanos(most));
        let connection = again(end, || self.attempt(end))?;
        self.owner = connection.owner;
        self.boundary = self.signals.file.load(word::EPOCH_SEQUENCE);
        self.connection = Some(connection);
        Ok(())
    }

    /// Fails with `Absent` where it is worth while to try again.
    fn attempt(&mut self, end: i64) -> Result<Connection> {
        self.signals.check()?;
        let (file, directory, owner) = (&self.signals.file, &self.signals.directory, self.signals.options.owner());
        let (name, path) = (directory.display(), directory.join("control"));
        let is_open = self.signals.status != Status::Dead && file.half(word::STATE).load(Acquire) == OPEN;
        require!(is_open, Absent, "{name}: its publisher has ended");
        let meta = fs::symlink_metadata(&path).at(&path)?;
        let is_right = meta.file_type().is_socket() && files::is_trusted(&meta, owner);
        require!(is_right, Permission, "{}: it is no such socket", path.display());
        let folder = File::open(directory).at(directory)?; // the path may be too long for an address
        let connected_at = now_ns();
        let mut socket = UnixStream::connect(format!("/proc/self/fd/{}/control", folder.as_raw_fd())).at(&path)?;
        let left = Duration::from_nanos((end - now_ns()).max(MS) as u64);
        socket.set_read_timeout(Some(left)).at(&path)?;
        let replies = files::map(&directory.join("replies"), owner, REPLIES, false, |h| {
            let sessions = u64::from(h.word(5) as u32);
            (1..=4096).contains(&sessions).then(|| HEADER + sessions * (256 + 64 * h.word(word::SLOTS)))
        })?;
        let is_current = replies.load(8) == file.load(word::HISTORY) && replies.load(9) == file.load(word::EPOCH);
        require!(is_current, Absent, "{name}: its replies are another daemon's");

        let uuid = [random() as i64, random() as i64];
        let mut m = [0u64; 16];
        (m[0], m[1]) = (CONTROL, VERSION | 1 << 32);
        (m[2], m[3], m[4], m[5]) = (replies.load(8) as u64, replies.load(9) as u64, uuid[0] as u64, uuid[1] as u64);
        m[7] = u64::from(std::process::id());
        let mut bytes = bytes_of::<16, 128>(&m);
        bytes[64..64 + self.name.len()].copy_from_slice(self.name.as_bytes());
        let sent = socket.write_all(&bytes);
        let is_late = now_ns() - connected_at > LATE_HELLO_NS;
        let answered = sent.and_then(|()| socket.read_exact(&mut bytes));
        require!(answered.is_ok(), Absent, "{name}: its daemon does not answer");
        for (word, bytes) in m.iter_mut().zip(bytes.chunks(8)) {
            *word = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        }
        let (kind, reason) = (m[1] >> 32, m[6] as u32);
        let is_known = m[0] == CONTROL && m[1] as u32 == VERSION as u32 && (kind == WELCOME || kind == REJECTED);
        require!(is_known, Version, "{name}: its daemon speaks another protocol");
        // 14: it took this client for one that says nothing. 15: a successor has just taken over.
        let is_passing = kind == REJECTED && (reason == 15 || (reason == 14 && is_late));
        require!(!is_passing, Absent, "{name}: its daemon is not ready");
        let text = String::from_utf8_lossy(&bytes[56..56 + ((m[6] >> 32) as usize).min(72)]);
        require!(kind == WELCOME, Disconnected, "{name}: reason {reason} ({text})");

        let (session, sessions, slots) = (reason as usize, replies.load(5) as u32 as usize, replies.load(3) as usize);
        let (reply, window) = (m[7] as i64, i64::from(m[8] as u32));
        let is_sound = session < sessions && (0..=MOST_SEQUENCE).contains(&reply) && window > 0;
        require!(is_sound, Tampered, "{name}: its daemon's answer");
        let first = (HEADER as usize + 256 * sessions + 64 * slots * session) / 8;
        Ok(Connection {
            socket,
            replies,
            uuid,
            session: (HEADER as usize + 256 * session) / 8,
            ring: first..first + 8 * slots,
            owner: (m[6] >> 32) as u16,
            command: 0,
            reply,
            answered: 0,
            last_list: -1,
            window,
        })
    }

    /// The number of this client's owner, as in its signals.
    pub fn owner(&self) -> u16 {
        self.owner
    }

    /// The subscription below, for its counts.
    pub fn signals(&self) -> &Subscription {
        &self.signals
    }

    /// Arms a timer, or arms its key again. Returns the command's number, which its reply carries.
    pub fn arm(&mut self, timer: &Timer) -> Result<i64> {
        let length = timer.payload.len();
        require!(length <= 12, Argument, "key={}: a payload of {length} bytes is over 12", timer.key);
        let command = self.connection.as_ref().map_or(0, |c| c.command);
        self.send(ARM, timer.key, timer.encoded(generation(self.first_generation, command)))
    }

    /// Cancels the timer of a key: what it has fired and was not read is stale from now on.
    pub fn cancel(&mut self, key: i64) -> Result<i64> {
        self.send(CANCEL, key, [0; 6])
    }

    /// Stops the timer of a key until `resume`.
    pub fn pause(&mut self, key: i64) -> Result<i64> {
        self.send(PAUSE, key, [0; 6])
    }

    /// Lets a paused timer run.
    pub fn resume(&mut self, key: i64) -> Result<i64> {
        self.send(RESUME, key, [0; 6])
    }

    /// Asks for up to 31 timers; `cursor` is 0, or `detail` of the `ListEnd` before. One is under way at a time.
    pub fn list(&mut self, cursor: i64) -> Result<i64> {
        self.send(LIST, cursor, [0; 6])
    }

    /// Fails with `NoRoom` where replies could overtake their reader.
    fn send(&mut self, kind: u8, key: i64, r: [u64; 6]) -> Result<i64> {
        let (name, first) = (self.signals.directory.display(), self.first_generation);
        let Some(c) = self.connection.as_mut() else { return not_connected(&self.signals) };
        let (command, consumed) = (c.command, c.replies.load(c.session + CONSUMED));
        let (is_list, is_listing) = (kind == LIST, c.last_list >= consumed);
        let more = if is_list || is_listing { PER_LIST - 1 } else { 0 };
        let replies = command - consumed + c.replies.load(c.session + NEXT_REPLY) - c.reply + more;
        let has_room = command - consumed < c.window && replies < (c.ring.len() / 8) as i64;
        require!(has_room && !(is_list && is_listing), NoRoom, "{name}: command {command}");
        let head = r[2] | u64::from(kind) << 32;
        let words = [(command + 1) as u64, key as u64, r[0], r[1], head, r[3], r[4], r[5]];
        let sent = c.socket.write_all(&bytes_of::<8, 64>(&words));
        require!(sent.is_ok(), Disconnected, "{name}: it has ended the connection");
        c.command += 1;
        match kind {
            ARM | CANCEL => {
                let arming = self.armings.entry(key).or_default();
                let latest = if kind == ARM { generation(first, command) } else { 0 };
                (arming.command, arming.latest) = (command, latest);
            }
            LIST => c.last_list = command,
            _ => {}
        }
        Ok(command)
    }

    /// The next reply; none, at once, where there is no other.
    pub fn reply(&mut self) -> Result<Option<Reply>> {
        let Some(c) = self.connection.as_mut() else { return not_connected(&self.signals) };
        let found = Ring(&c.replies.words()[c.ring.clone()]).read(c.reply);
        let (Some(r), true) = (found, c.is_ours()) else {
            return self.check().map(|()| None);
        };
        let reply = Reply::of(&r);
        require!(reply.is_some(), Tampered, "{}: its reply", self.signals.directory.display());
        let reply = reply.expect("it is there");
        c.reply += 1;
        if !matches!(reply.code, Listed | ListedRest) {
            c.answered = c.answered.max(reply.command + 1); // the cluster's may come after those to later commands
        }
        self.learn(&reply);
        Ok(Some(reply))
    }

    fn learn(&mut self, reply: &Reply) {
        let Some(arming) = self.armings.get_mut(&reply.key) else { return };
        let is_latest = arming.command == reply.command;
        match reply.code {
            Armed => arming.sure = generation(self.first_generation, reply.command),
            Cancelled | AlreadyFired | Unknown => arming.sure = 0,
            Full | Invalid if is_latest => arming.latest = arming.sure, // the earlier arming of the key remains
            _ => {}
        }
        if is_latest && arming.latest == 0 {
            self.armings.remove(&reply.key);
        }
    }

    /// The next firing of this client's timers, and whether it is current: not of an arming that was cancelled or
    /// replaced since.
    pub fn poll(&mut self) -> Result<Option<(Signal, bool)>> {
        while let Some(signal) = self.signals.poll()? {
            let owner = if signal.sequence < self.boundary { self.earlier } else { self.owner };
            if owner != 0 && signal.owner == owner {
                let latest = self.armings.get(&signal.key).map_or(0, |a| a.latest);
                let is_current = latest != 0 && latest == signal.generation;
                if is_current && signal.flags & LAST != 0 {
                    self.armings.remove(&signal.key);
                }
                return Ok(Some((signal, is_current)));
            }
        }
        self.check().map(|()| None)
    }

    /// Returns when there may be something to poll, or after that time: 1 ms at most while replies are due, as no reply
    /// wakes a reader of signals.
    pub fn wait(&mut self, most: Duration) -> Result<()> {
        let is_waiting = self.connection.as_ref().is_some_and(|c| c.answered < c.command);
        self.signals.wait(if is_waiting { most.min(Duration::from_millis(1)) } else { most })
    }

    /// Asks each 50 ms whether this client is still served.
    fn check(&mut self) -> Result<()> {
        let now = now_ns();
        let Some(c) = self.connection.as_ref().filter(|_| now >= self.check_at) else { return Ok(()) };
        self.check_at = now + CHECK_NS;
        let (name, reason) = (self.signals.directory.display().to_string(), c.replies.load(c.session + REASON) >> 32);
        let is_served = c.is_ours() && c.replies.half(c.session + STATE).load(Acquire) != 2;
        require!(is_served, Disconnected, "{name}: it was evicted, reason {reason}");
        self.signals.check()?;
        let file = &self.signals.file;
        let is_same = file.half(word::STATE).load(Acquire) != CLOSED && file.load(word::EPOCH) == c.replies.load(9);
        require!(is_same && self.signals.status != Status::Dead, Disconnected, "{name}: it has ended");
        Ok(())
    }
}

impl Connection {
    fn is_ours(&self) -> bool {
        self.uuid == [self.replies.load(self.session), self.replies.load(self.session + 1)]
    }
}

fn not_connected<T>(signals: &Subscription) -> Result<T> {
    crate::fail(Code::Disconnected, format!("{}: it is not connected", signals.directory.display()))
}

/// Another number above 0 for each arming, whatever the connection.
fn generation(first: i64, command: i64) -> i32 {
    ((first + command) % i64::from(i32::MAX)) as i32 + 1
}

fn bytes_of<const WORDS: usize, const BYTES: usize>(words: &[u64; WORDS]) -> [u8; BYTES] {
    std::array::from_fn(|i| words[i / 8].to_le_bytes()[i % 8])
}

/// Tries each millisecond, as long as what is missing may come.
fn again<T>(end: i64, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    loop {
        match attempt() {
            Err(e) if e.code == Code::Absent && now_ns() < end => std::thread::sleep(Duration::from_millis(1)),
            result => return result,
        }
    }
}
