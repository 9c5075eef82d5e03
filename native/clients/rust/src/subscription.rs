// SPDX-License-Identifier: Apache-2.0

use crate::files::{self, word, CHECK_NS, CLOSED, MS, OPEN, UNASKED, WAKING};
use crate::ring::{Record, Ring};
use crate::sys::{self, now_ns, Map};
use crate::waiting::{Mode, Waiting};
use crate::{require, Result, COALESCED};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::*;

/// Flags of a record that is no signal: 0x20 ABSENT and 0x40 LOST.
const LOST: u64 = 0x40 << 48;
const PLACEHOLDER: u64 = 0x60 << 48;

/// A copy of one record, laid out as in a slot, so that it is copied word by word. All times are CLOCK_MONOTONIC
/// nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Signal {
    pub sequence: i64,
    pub published_ns: i64,
    pub deadline_ns: i64,
    pub key: i64,
    pub signal_id: i32,
    /// The client that armed the timer; 0: the publisher.
    pub owner: u16,
    pub flags: u8,
    length: u8,
    pub occurrence: i32,
    pub generation: i32,
    payload: [u8; 12],
    /// Further occurrences that this signal stands for.
    pub missed: i32,
    /// How many signals were lost directly before this one.
    pub lost: i64,
}

impl Signal {
    /// 0 to 12 bytes.
    pub fn payload(&self) -> &[u8] {
        &self.payload[..self.length.min(12) as usize]
    }

    #[inline]
    pub(crate) fn of(r: &Record, sequence: i64, lost: i64) -> Signal {
        let (flags, mut payload) = ((r[4] >> 48) as u8, [0; 12]);
        payload[..8].copy_from_slice(&r[6].to_le_bytes());
        payload[8..].copy_from_slice(&(r[7] as u32).to_le_bytes());
        Signal {
            sequence,
            published_ns: r[1] as i64,
            deadline_ns: r[2] as i64,
            key: r[3] as i64,
            signal_id: r[4] as i32,
            owner: (r[4] >> 32) as u16,
            flags,
            occurrence: r[5] as i32,
            generation: (r[5] >> 32) as i32,
            missed: if flags & COALESCED == 0 { 0 } else { (r[7] >> 32) as i32 },
            lost,
            length: (r[4] >> 56) as u8,
            payload,
        }
    }
}

/// The default joins at the newest signal and waits predictively.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Join at the oldest signal that is there.
    pub oldest: bool,
    pub mode: Mode,
    /// Id of a user that the bus may belong to, besides the caller.
    pub owner: Option<u32>,
}

impl Options {
    pub(crate) fn owner(&self) -> u32 {
        self.owner.unwrap_or_else(sys::user)
    }
}

/// Whether a bus's publisher is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Alive,
    /// It shut down cleanly and all was read.
    Closed,
    /// It gives no heartbeat but holds its lock: stopped, starved, or starting.
    Stalled,
    /// It ended without closing.
    Dead,
}

/// Reads a bus, and follows it through restarts and replacements.
pub struct Subscription {
    pub(crate) directory: PathBuf,
    pub(crate) options: Options,
    pub(crate) file: Map,
    pub(crate) doorbell: Option<Map>,
    base: i64,
    q: i64,
    lost: i64,
    absent: i64,
    rejoined: i64,
    before: i64, // lost since the signal that was read last
    headroom: i64,
    epoch: i64,
    epochs: i64,
    pub(crate) status: Status,
    pub(crate) check_at: i64,
    idle: u32,
    pub(crate) waiting: Waiting,
}

impl Subscription {
    /// Attaches to a bus, given by its name or its directory, after every check.
    pub fn attach(bus: &str, options: Options) -> Result<Subscription> {
        let directory = files::directory_of(bus)?;
        let file = files::attach(&directory, options.owner())?;
        let mut s = Subscription {
            directory,
            options,
            file,
            doorbell: None,
            base: 0,
            q: 0,
            lost: 0,
            absent: 0,
            rejoined: 0,
            before: 0,
            headroom: 0,
            epoch: 0,
            epochs: -1,
            status: Status::Alive,
            check_at: 0,
            idle: 0,
            waiting: Waiting::NEW,
        };
        s.begin_epoch();
        s.q = if options.oldest { s.oldest() } else { s.file.load(word::NEXT) };
        Ok(s)
    }

    fn begin_epoch(&mut self) {
        self.base = self.file.load(word::BASE);
        (self.epoch, self.epochs) = (self.file.load(word::EPOCH), self.epochs + 1);
        let wakes = self.file.load(word::OPTIONS) as u64 & (WAKING | UNASKED) == WAKING;
        self.doorbell = if wakes { files::doorbell(&self.directory) } else { None };
    }

    fn oldest(&self) -> i64 {
        self.ring().oldest(self.base, self.file.load(word::NEXT))
    }

    #[inline]
    fn ring(&self) -> Ring<'_> {
        files::ring_of(&self.file)
    }

    #[inline]
    pub(crate) fn has_news(&self) -> bool {
        self.ring().has_news(self.q)
    }

    /// The sequence wanted next.
    pub fn next_sequence(&self) -> i64 {
        self.q
    }

    /// How many sequences had no signal, because a relay passes on some ids only.
    pub fn absent(&self) -> i64 {
        self.absent
    }

    /// How often another bus had this name. All counts but `epochs` then begin again with its first signal.
    pub fn rejoined(&self) -> i64 {
        self.rejoined
    }

    /// How many signals were lost since joining: copied + lost + absent = next_sequence - first, always.
    pub fn lost(&self) -> i64 {
        self.lost
    }

    /// How many restarts and replacements were followed.
    pub fn epochs(&self) -> i64 {
        self.epochs
    }

    /// The next signal; none, at once, where there is no other.
    #[inline]
    pub fn poll(&mut self) -> Result<Option<Signal>> {
        loop {
            match self.ring().read(self.q) {
                Some(record) if record[4] & PLACEHOLDER != 0 => self.pass_over(&record),
                Some(record) => {
                    let signal = Signal::of(&record, self.q, self.before);
                    (self.q, self.before, self.headroom) = (self.q + 1, 0, 0);
                    return Ok(Some(signal));
                }
                None if !self.has_news() => {
                    self.idle = self.idle.wrapping_add(1);
                    if self.idle & 63 == 0 && now_ns() >= self.check_at {
                        self.check()?;
                    }
                    if !self.has_news() {
                        return Ok(None);
                    }
                }
                None => self.skip()?,
            }
        }
    }

    /// After an overrun, if it is one.
    #[cold]
    fn skip(&mut self) -> Result<()> {
        if self.ring().stamp(self.q) == self.q + 1 {
            return Ok(());
        }
        let to = self.ring().skip(self.base, &self.file.words()[word::NEXT], self.q, self.headroom);
        require!(to.is_some(), Tampered, "{}", self.directory.display());
        self.lose(to.unwrap_or(self.q));
        self.headroom = (2 * self.headroom).max(16).min(self.ring().slots() / 2);
        Ok(())
    }

    /// What a relay writes where it has no signal.
    #[cold]
    fn pass_over(&mut self, record: &Record) {
        if record[4] & LOST != 0 {
            self.lose((record[3] as i64).min(self.file.load(word::NEXT)).max(self.q + 1));
        } else {
            self.absent += 1;
            self.q += 1;
        }
    }

    fn lose(&mut self, to: i64) {
        self.lost += to - self.q;
        self.before += to - self.q;
        self.q = to;
    }

    /// Whether the publisher is alive; `Closed` only when all was read.
    pub fn status(&mut self) -> Result<Status> {
        self.check()?;
        Ok(self.status)
    }

    /// Follows what happened to the publisher: its epoch, its state, its liveness, another file of the same name.
    pub(crate) fn check(&mut self) -> Result<()> {
        let now = now_ns();
        self.check_at = now + CHECK_NS;
        let state = self.file.half(word::STATE).load(Acquire); // before the slot's stamp
        if self.file.load(word::EPOCH) != self.epoch {
            self.begin_epoch();
        }
        let timeout = self.file.load(word::INTERVAL).saturating_mul(5).max(250 * MS);
        if state == OPEN && now.saturating_sub(self.file.load(word::HEARTBEAT)) < timeout {
            self.status = Status::Alive;
        } else if self.has_news() {
            return Ok(());
        } else if fs::symlink_metadata(self.directory.join("signals")).is_ok_and(|named| !self.file.is(&named)) {
            return self.follow();
        } else if state != OPEN {
            self.status = Status::Closed;
        } else if is_locked(&self.directory.join("lock")) {
            self.status = Status::Stalled;
        } else {
            let is_closed = self.file.half(word::STATE).load(Acquire) == CLOSED;
            self.status = if is_closed { Status::Closed } else { Status::Dead };
        }
        Ok(())
    }

    fn follow(&mut self) -> Result<()> {
        let history = self.file.load(word::HISTORY);
        self.file = files::attach(&self.directory, self.options.owner())?;
        self.begin_epoch();
        self.check_at = 0;
        if self.file.load(word::HISTORY) != history {
            (self.q, self.rejoined) = (self.oldest(), self.rejoined + 1); // another bus under the same name
            (self.lost, self.absent, self.before) = (0, 0, 0);
        } else if self.q < self.base {
            self.lose(self.base);
        }
        Ok(())
    }
}

/// Asks whether a publisher holds the lock, without taking anything.
pub(crate) fn is_locked(path: &Path) -> bool {
    match files::open(path, false) {
        Ok(file) => sys::is_locked(&file),
        Err(e) => e.kind() != std::io::ErrorKind::NotFound,
    }
}
