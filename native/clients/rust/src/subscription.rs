// SPDX-License-Identifier: Apache-2.0

use crate::files::{self, word, CHECK_NS, CLOSED, MS, OPEN, REPLACED, UNASKED, WAKING};
use crate::ring::{Found, Record, Ring};
use crate::sys::{self, now_ns, Map};
use crate::{publisher, Code, Error, Result, COALESCED};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{fence, Ordering::*};
use std::time::Duration;

/// Flags of a record that is no signal: 0x20 ABSENT and 0x40 LOST.
const LOST: u64 = 0x40 << 48;
const PLACEHOLDER: u64 = 0x60 << 48;

/// A copy of one record. All times are CLOCK_MONOTONIC nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signal {
    pub sequence: i64,
    pub published_ns: i64,
    pub deadline_ns: i64,
    pub key: i64,
    pub signal_id: i32,
    /// The client that armed the timer; 0: the publisher.
    pub owner: u16,
    pub flags: u8,
    pub occurrence: i32,
    pub generation: i32,
    /// Further occurrences that this signal stands for.
    pub missed: i32,
    /// How many signals were lost directly before this one.
    pub lost: i64,
    length: u8,
    payload: [u8; 12],
}

impl Signal {
    /// 0 to 12 bytes.
    pub fn payload(&self) -> &[u8] {
        &self.payload[..self.length as usize]
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
            length: ((r[4] >> 56) as u8).min(12),
            payload,
        }
    }
}

/// How a subscription waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Sleeps until shortly before the next timer is due, then spins.
    #[default]
    Predict,
    /// Sleeps until woken.
    Park,
    /// Never sleeps.
    Spin,
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
    doorbell: Option<Map>,
    base: i64,
    q: i64,
    lost: i64,
    absent: i64,
    rejoined: i64,
    before: i64, // lost since the signal that was read last
    headroom: i64,
    epoch: i64,
    epochs: i64,
    status: Status,
    check_at: i64,
    idle: u32,
}

const GUARD_NS: i64 = 150_000;
const LATE_SPIN_NS: i64 = 100_000;

impl Subscription {
    /// Attaches to a bus, given by its name or its directory, after every check.
    pub fn attach(bus: &str, options: Options) -> Result<Subscription> {
        let directory = files::directory_of(bus)?;
        let file = files::attach(&directory, options.owner())?;
        let (base, epoch) = (file.load(word::BASE), file.load(word::EPOCH));
        let mut s = Subscription { directory, options, file, doorbell: None, base, q: 0, lost: 0, absent: 0, rejoined: 0,
            before: 0, headroom: 0, epoch, epochs: 0, status: Status::Alive, check_at: 0, idle: 0 };
        s.attach_doorbell();
        s.join(options.oldest);
        Ok(s)
    }

    fn attach_doorbell(&mut self) {
        let wakes = self.file.load(word::OPTIONS) as u64 & (WAKING | UNASKED) == WAKING;
        self.doorbell = if wakes { files::doorbell(&self.directory) } else { None };
    }

    fn join(&mut self, is_oldest: bool) {
        let next = self.file.load(word::NEXT);
        self.q = if is_oldest { self.base.max(next - self.ring().slots() + 1) } else { next };
    }

    #[inline]
    fn ring(&self) -> Ring<'_> {
        files::ring_of(&self.file)
    }

    #[inline]
    fn has_news(&self) -> bool {
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
                Found::Committed(record) if record[4] & PLACEHOLDER != 0 => self.pass_over(&record),
                Found::Committed(record) => {
                    let signal = Signal::of(&record, self.q, self.before);
                    (self.q, self.before, self.headroom, self.idle) = (self.q + 1, 0, 0, 0);
                    return Ok(Some(signal));
                }
                Found::NotYet => {
                    self.idle = self.idle.wrapping_add(1);
                    if self.idle & 63 != 0 || now_ns() < self.check_at {
                        return Ok(None);
                    }
                    self.check()?;
                    if !self.has_news() {
                        return Ok(None);
                    }
                }
                Found::Overrun => self.skip()?,
            }
        }
    }

    #[cold]
    fn skip(&mut self) -> Result<()> {
        let to = self.ring().skip(self.base, &self.file.words()[word::NEXT], self.q, self.headroom);
        let text = || format!("{}: its stamps contradict each other; delete the bus", self.directory.display());
        let to = to.ok_or_else(|| Error { code: Code::Tampered, text: text() })?;
        self.lose(to);
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

    /// Returns when there may be something to poll, or after that time, 50 ms at most.
    pub fn wait(&mut self, most: Duration) -> Result<()> {
        let due = self.file.load(word::DEADLINE); // before the slot: so a deadline that is the next one implies a signal
        let now = now_ns();
        let until = now + sys::nanos(most).min(CHECK_NS);
        if self.has_news() {
            return Ok(());
        } else if now >= self.check_at || self.file.half(word::STATE).load(Acquire) == REPLACED {
            return self.check();
        }
        match self.options.mode {
            Mode::Spin => self.spin(until, None),
            Mode::Park => self.park(until, i64::MIN),
            Mode::Predict if due == i64::MAX => self.park(until, due),
            Mode::Predict if now.saturating_sub(due) > LATE_SPIN_NS => self.park(until, i64::MIN),
            Mode::Predict if now < due - GUARD_NS => self.park(until.min(due - GUARD_NS), due),
            Mode::Predict => self.spin(until.min(due + LATE_SPIN_NS), Some(due)),
        }
        Ok(())
    }

    fn spin(&self, until_ns: i64, due: Option<i64>) {
        while !self.has_news() && due.map_or(true, |d| d == self.file.load(word::DEADLINE)) && now_ns() < until_ns {
            std::hint::spin_loop();
        }
    }

    fn park(&self, until_ns: i64, planned: i64) {
        let options = self.file.load(word::OPTIONS) as u64; // bit 2 may be set at a later epoch
        let value = self.file.half(word::WAKE).load(Acquire);
        let is_unasked = options & UNASKED != 0;
        let bell = self.doorbell.as_ref().filter(|_| !is_unasked);
        if let Some(bell) = bell {
            bell.half(word::PARKED).store(1, Relaxed);
            fence(SeqCst); // announced before the slot is loaded once more
        }
        if self.has_news() || self.file.load(word::DEADLINE) < planned {
            return;
        }
        let is_woken = options & WAKING == WAKING && (bell.is_some() || is_unasked);
        let until_ns = if is_woken { until_ns } else { until_ns.min(now_ns() + MS) };
        sys::sleep_on(self.file.half(word::WAKE), value, until_ns);
    }

    /// Whether the publisher is alive; `Closed` only when all was read.
    pub fn status(&mut self) -> Result<Status> {
        self.check()?;
        Ok(self.status)
    }

    /// Follows what happened to the publisher: its epoch, its state, its liveness, another file of the same name.
    fn check(&mut self) -> Result<()> {
        let now = now_ns();
        self.check_at = now + CHECK_NS;
        let state = self.file.half(word::STATE).load(Acquire); // before the slot's stamp
        let epoch = self.file.load(word::EPOCH);
        if epoch != self.epoch {
            (self.epoch, self.epochs) = (epoch, self.epochs + 1);
            self.attach_doorbell();
        }
        let limit = self.file.load(word::INTERVAL).saturating_mul(5).max(250 * MS);
        if state == OPEN && now.saturating_sub(self.file.load(word::HEARTBEAT)) < limit {
            self.status = Status::Alive;
            return Ok(());
        } else if self.has_news() {
            return Ok(());
        }
        if fs::symlink_metadata(self.directory.join("signals")).is_ok_and(|named| !self.file.is(&named)) {
            return self.follow();
        }
        self.status = if state != OPEN {
            Status::Closed
        } else if publisher::is_locked(&self.directory.join("lock")) {
            Status::Stalled
        } else if self.file.half(word::STATE).load(Acquire) == CLOSED {
            Status::Closed
        } else {
            Status::Dead
        };
        Ok(())
    }

    fn follow(&mut self) -> Result<()> {
        let history = self.file.load(word::HISTORY);
        self.file = files::attach(&self.directory, self.options.owner())?;
        self.base = self.file.load(word::BASE);
        (self.epoch, self.epochs) = (self.file.load(word::EPOCH), self.epochs + 1);
        self.attach_doorbell();
        if self.file.load(word::HISTORY) != history {
            self.join(true); // another bus under the same name
            self.rejoined += 1;
            (self.lost, self.absent, self.before) = (0, 0, 0);
        } else if self.q < self.base {
            self.lose(self.base);
        }
        self.check_at = 0;
        Ok(())
    }
}
