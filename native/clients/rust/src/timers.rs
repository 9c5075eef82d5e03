// SPDX-License-Identifier: Apache-2.0

use crate::files::{self, word, CHECK_NS, CLOSED, HEADER, MS, OPEN, REPLIES, VERSION};
use crate::publisher::random;
use crate::ring::{Found, Record, Ring, MOST_SEQUENCE};
use crate::sys::{self, now_ns, Map};
use crate::{fail, require, At, Code, Error, Options, Result, Signal, Status, Subscription, LAST};
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::Read;
use std::os::{fd::AsRawFd, unix::net::UnixStream};
use std::sync::atomic::Ordering::*;
use std::time::Duration;

const CONTROL_MAGIC: u64 = 0x314C_5443_4B43_4954;
const ARM: u8 = 1;
const CANCEL: u8 = 2;
const LIST: u8 = 5;
const PER_LIST: i64 = 64;
// Words of a session.
const REASON: usize = 2;
const SESSION_STATE: usize = 3;
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
#[derive(Clone, Copy, Debug)]
pub struct Timer<'a> {
    pub key: i64,
    pub deadline_ns: i64,
    /// 0: once.
    pub period_ns: i64,
    pub signal_id: i32,
    /// 12 bytes at most.
    pub payload: &'a [u8],
    pub grace: Duration,
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
}

impl Default for Timer<'_> {
    fn default() -> Self {
        Timer { key: 0, deadline_ns: 0, period_ns: 0, signal_id: 0, payload: &[], grace: Duration::from_millis(1),
            misfire: Misfire::FireOnce, cap: 0, flags: 0 }
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
}

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

struct Sent {
    command: i64,
    kind: u8,
    key: i64,
    generation: i32,
    previous: i32,
}

struct Connection {
    socket: UnixStream,
    replies: Map,
    uuid: [u64; 2],
    session: usize, // word of its session in replies
    ring: std::ops::Range<usize>,
    owner: u16,
    command: i64,
    reply: i64,
    window: i64,
    pending: VecDeque<Sent>,
}

/// A client of a daemon. It reads a subscription of its own, and hands over the firings of its timers.
pub struct Timers {
    signals: Subscription,
    name: String,
    connection: Option<Connection>,
    owner: u16,
    earlier: u16, // owner of the signals before the boundary
    boundary: i64,
    generation: i32,
    latest: HashMap<i64, i32>, // generation of the latest arming of each key
    check_at: i64,
}

impl Timers {
    /// Attaches to a bus and connects to its daemon, waiting so long for one. Clients of one name share their timers;
    /// "" is a name of one's own. Durable timers need a name.
    pub fn connect(bus: &str, name: &str, options: Options, most: Duration) -> Result<Timers> {
        let text = || format!("name '{name}': a name is 1 to 64 of A-Z a-z 0-9 . _ -; give another");
        require(name.is_empty() || files::is_name(name), Code::Argument, text)?;
        let end = now_ns().saturating_add(sys::nanos(most));
        let signals = again(end, || Subscription::attach(bus, options))?;
        let mut timers = Timers { signals, name: name.into(), connection: None, owner: 0, earlier: 0, boundary: 0,
            generation: random() as i32, latest: HashMap::new(), check_at: 0 };
        timers.reconnect(most)?;
        Ok(timers)
    }

    /// Connects to the daemon's successor, after an error `Disconnected`. Timers that were not durable are gone
    /// and must be armed again; commands without a reply may or may not have been carried out.
    pub fn reconnect(&mut self, most: Duration) -> Result<()> {
        self.connection = None;
        self.earlier = self.owner;
        let end = now_ns().saturating_add(sys::nanos(most));
        let connection = again(end, || self.attempt(end))?;
        self.owner = connection.owner;
        self.connection = Some(connection);
        Ok(())
    }

    fn gone(&self, code: Code, why: &str) -> Error {
        Error { code, text: format!("{}: {why}; start its daemon, then connect again", self.signals.directory.display()) }
    }

    /// Fails with `Absent` where it is worth while to try again.
    fn attempt(&mut self, end: i64) -> Result<Connection> {
        let status = self.signals.status()?;
        let (file, directory) = (&self.signals.file, &self.signals.directory);
        if status == Status::Dead || file.half(word::STATE).load(Acquire) != OPEN {
            return Err(self.gone(Code::Absent, "its publisher has ended"));
        }
        let (path, owner) = (directory.join("control"), self.signals.options.owner());
        files::check_socket(&path, owner)?;
        let folder = File::open(directory).at(directory)?; // the path may be too long for an address
        let socket = UnixStream::connect(format!("/proc/self/fd/{}/control", folder.as_raw_fd()));
        let mut socket = socket.map_err(|_| self.gone(Code::Absent, "nobody answers there"))?;
        let left = Duration::from_nanos((end - now_ns()).max(MS) as u64);
        socket.set_read_timeout(Some(left)).at(&path)?;
        let replies = files::map(&directory.join("replies"), owner, REPLIES, false, |h| {
            let sessions = h.word(5) as u32 as u64;
            (1..=4096).contains(&sessions).then(|| HEADER + sessions * (256 + 64 * h.word(word::SLOTS)))
        })?;
        if replies.load(8) != file.load(word::HISTORY) || replies.load(9) != file.load(word::EPOCH) {
            return Err(self.gone(Code::Absent, "its replies are another daemon's"));
        }
        let uuid = [random(), random()];
        let mut m = [0u64; 16];
        m[..6].copy_from_slice(&[CONTROL_MAGIC, VERSION | 1 << 32, replies.load(8) as u64, replies.load(9) as u64, uuid[0], uuid[1]]);
        m[7] = u64::from(std::process::id());
        let mut bytes: Vec<u8> = m.iter().flat_map(|w| w.to_le_bytes()).collect();
        bytes[64..64 + self.name.len()].copy_from_slice(self.name.as_bytes());
        let answer = sys::send_all(&socket, &bytes).and_then(|()| socket.read_exact(&mut bytes));
        answer.map_err(|_| self.gone(Code::Absent, "it ended the connection"))?;
        for (word, bytes) in m.iter_mut().zip(bytes.chunks(8)) {
            *word = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        }
        let (kind, reason, name) = (m[1] >> 32, m[6] as u32, directory.display());
        if kind == 3 && reason == 15 {
            return Err(self.gone(Code::Absent, "another daemon has just taken over"));
        }
        require(m[0] == CONTROL_MAGIC && m[1] as u32 == VERSION as u32 && (kind == 2 || kind == 3), Code::Version, || {
            format!("{name}: its daemon speaks another protocol; use the same release on both sides")
        })?;
        require(kind == 2, Code::Disconnected, || {
            let text = String::from_utf8_lossy(&bytes[56..56 + ((m[6] >> 32) as usize).min(72)]);
            format!("{name}: its daemon rejects this client, reason {reason} ({text}); see its limits")
        })?;
        let (session, sessions) = (m[6] as u32 as usize, replies.load(5) as u32 as usize);
        let (slots, reply, window) = (replies.load(word::SLOTS) as usize, m[7] as i64, i64::from(m[8] as u32));
        require(session < sessions && (0..=MOST_SEQUENCE).contains(&reply) && window > 0, Code::Tampered, || {
            format!("{name}: its daemon's answer makes no sense; restart it")
        })?;
        let first = (HEADER as usize + 256 * sessions + 64 * slots * session) / 8;
        self.boundary = file.load(word::EPOCH_SEQUENCE);
        Ok(Connection { socket, replies, uuid, session: (HEADER as usize + 256 * session) / 8, ring: first..first + 8 * slots,
            owner: (m[6] >> 32) as u16, command: 0, reply, window, pending: VecDeque::new() })
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
        require(timer.payload.len() <= 12, Code::Argument, || {
            format!("key={}: its payload is over 12 bytes; send less", timer.key)
        })?;
        self.generation = self.generation.checked_add(1).unwrap_or(i32::MIN);
        self.generation += i32::from(self.generation == 0);
        let mut bytes = [0; 16];
        bytes[..timer.payload.len()].copy_from_slice(timer.payload);
        let payload = u128::from_le_bytes(bytes);
        let head = u64::from(timer.signal_id as u32) | u64::from(timer.flags) << 40 | (timer.misfire as u64) << 48;
        let grace = timer.grace.as_micros().min(u32::MAX.into()) as u64;
        self.send(ARM, timer.key, [0, 0, timer.deadline_ns as u64, timer.period_ns as u64,
            head | (timer.payload.len() as u64) << 56, grace | u64::from(timer.cap) << 32, payload as u64,
            (payload >> 64) as u64 | u64::from(self.generation as u32) << 32])
    }

    /// Cancels the timer of a key: what it has fired and was not read is stale from now on.
    pub fn cancel(&mut self, key: i64) -> Result<i64> {
        self.send(CANCEL, key, [0; 8])
    }

    /// Stops the timer of a key until `resume`.
    pub fn pause(&mut self, key: i64) -> Result<i64> {
        self.send(3, key, [0; 8])
    }

    /// Lets a paused timer run.
    pub fn resume(&mut self, key: i64) -> Result<i64> {
        self.send(4, key, [0; 8])
    }

    /// Asks for up to 31 timers; `cursor` is 0, or `detail` of the `ListEnd` before.
    pub fn list(&mut self, cursor: i64) -> Result<i64> {
        self.send(LIST, cursor, [0; 8])
    }

    /// Fails with `NoRoom` where replies could overtake their reader.
    fn send(&mut self, kind: u8, key: i64, mut r: Record) -> Result<i64> {
        let Some(c) = self.connection.as_mut() else { return Err(self.gone(Code::Disconnected, "this client is not connected")) };
        let weight = |kind| if kind == LIST { PER_LIST } else { 1 };
        let consumed = c.replies.load(c.session + CONSUMED);
        let waiting: i64 = c.pending.iter().filter(|s| s.kind == LIST && s.command >= consumed).map(|_| PER_LIST - 1).sum();
        let replies = waiting + c.command - consumed + c.replies.load(c.session + NEXT_REPLY) - c.reply + weight(kind);
        if c.command - consumed >= c.window || replies > (c.ring.len() / 8) as i64 {
            return fail(Code::NoRoom, format!("{}: {} commands wait for their answers; read replies, then try again",
                self.signals.directory.display(), c.command - consumed));
        }
        (r[0], r[1], r[4]) = ((c.command + 1) as u64, key as u64, r[4] | u64::from(kind) << 32);
        let bytes: [u8; 64] = std::array::from_fn(|i| r[i / 8].to_le_bytes()[i % 8]);
        if sys::send_all(&c.socket, &bytes).is_err() {
            return Err(self.gone(Code::Disconnected, "it has ended the connection"));
        }
        let (command, generation) = (c.command, self.generation);
        let previous = match kind {
            ARM => self.latest.insert(key, generation),
            CANCEL => self.latest.remove(&key),
            _ => None,
        };
        c.pending.push_back(Sent { command, kind, key, generation, previous: previous.unwrap_or(0) });
        c.command += 1;
        Ok(command)
    }

    /// The next reply; none, at once, where there is no other.
    pub fn reply(&mut self) -> Result<Option<Reply>> {
        let Some(c) = self.connection.as_mut() else { return Err(self.gone(Code::Disconnected, "this client is not connected")) };
        let found = Ring(&c.replies.words()[c.ring.clone()]).read(c.reply);
        let (Found::Committed(r), true) = (found, c.is_ours()) else {
            return self.check().map(|()| None);
        };
        use ReplyCode::{AlreadyFired, Armed, Cancelled, Full, Invalid, ListEnd, Listed, ListedRest, Paused, Resumed, Unknown};
        const CODES: [ReplyCode; 11] =
            [Armed, Cancelled, AlreadyFired, Unknown, Full, Invalid, Paused, Resumed, Listed, ListEnd, ListedRest];
        let Some(&code) = CODES.get((r[5] as u8 as usize).wrapping_sub(1)) else {
            return Err(self.gone(Code::Tampered, "its reply makes no sense"));
        };
        c.reply += 1;
        let reply = Reply { command: r[1] as i64, key: r[2] as i64, deadline_ns: r[3] as i64, signal_sequence: r[4] as i64, code,
            reason: (r[5] >> 8) as u8, owner: (r[5] >> 16) as u16, signal_id: (r[5] >> 32) as i32, period_ns: r[6] as i64,
            detail: r[7] as i64 };
        while !matches!(code, Listed | ListedRest) && c.pending.front().is_some_and(|s| s.command <= reply.command) {
            let sent = c.pending.pop_front().expect("there is one");
            if sent.command == reply.command && sent.kind == ARM && code != Armed {
                // Refused: the earlier arming of the key is the latest again.
                self.latest.entry(sent.key).and_modify(|g| if *g == sent.generation { *g = sent.previous });
                let later = c.pending.iter_mut().filter(|s| s.key == sent.key && s.previous == sent.generation);
                later.for_each(|s| s.previous = sent.previous);
            }
        }
        Ok(Some(reply))
    }

    /// The next firing of this client's timers, and whether it is current: not of an arming that was cancelled or
    /// replaced since.
    pub fn poll(&mut self) -> Result<Option<(Signal, bool)>> {
        while let Some(signal) = self.signals.poll()? {
            let owner = if signal.sequence < self.boundary { self.earlier } else { self.owner };
            if owner != 0 && signal.owner == owner {
                let latest = self.latest.get(&signal.key);
                let is_current = latest.is_some_and(|&g| g != 0 && g == signal.generation);
                if is_current && signal.flags & LAST != 0 {
                    self.latest.remove(&signal.key);
                }
                return Ok(Some((signal, is_current)));
            }
        }
        self.check().map(|()| None)
    }

    /// Returns when there may be something to poll, or after that time: 1 ms at most while replies are due, as no reply
    /// wakes a reader of signals.
    pub fn wait(&mut self, most: Duration) -> Result<()> {
        let has_pending = self.connection.as_ref().is_some_and(|c| !c.pending.is_empty());
        self.signals.wait(if has_pending { most.min(Duration::from_millis(1)) } else { most })
    }

    /// Asks each 50 ms whether this client is still served.
    fn check(&mut self) -> Result<()> {
        let (now, file) = (now_ns(), &self.signals.file);
        let Some(c) = self.connection.as_ref().filter(|_| now >= self.check_at) else { return Ok(()) };
        self.check_at = now + CHECK_NS;
        let has_ended = sys::has_ended(&c.socket);
        if !c.is_ours() || c.replies.half(c.session + SESSION_STATE).load(Acquire) == 2 {
            let reason = c.replies.load(c.session + REASON) >> 32;
            return fail(Code::Disconnected, format!("{}: its daemon has evicted this client, reason {reason}; connect again",
                self.signals.directory.display()));
        }
        if has_ended || file.half(word::STATE).load(Acquire) == CLOSED || file.load(word::EPOCH) != c.replies.load(9) {
            return Err(self.gone(Code::Disconnected, "it has ended"));
        }
        Ok(())
    }
}

impl Connection {
    fn is_ours(&self) -> bool {
        (0..2).all(|i| self.replies.load(self.session + i) as u64 == self.uuid[i])
    }
}

/// Tries each millisecond, as long as what is missing may come.
fn again<T>(end: i64, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    loop {
        match attempt() {
            Err(e) if e.code == Code::Absent && now_ns() < end => {
                std::thread::sleep(Duration::from_millis(1));
            }
            result => return result,
        }
    }
}
