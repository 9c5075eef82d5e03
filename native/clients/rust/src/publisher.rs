// SPDX-License-Identifier: Apache-2.0

use crate::files::{self, word, Host, HEADER, MOST_SLOTS, MS, UNASKED, WAKING};
use crate::ring::{Record, Ring, MOST_SEQUENCE};
use crate::subscription::is_locked;
use crate::sys::{self, now_ns, Map};
use crate::{require, At, Result};
use std::collections::hash_map::RandomState;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{fence, Ordering::*};
use std::time::{Duration, SystemTime};

pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn is_named(file: &File, path: &Path) -> bool {
    matches!((file.metadata(), fs::symlink_metadata(path)), (Ok(of), Ok(at)) if sys::is_same(&of, &at))
}

fn take_lock(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(sys::OPEN_FLAGS);
    let start = now_ns();
    loop {
        let file = options.open(path).at(path)?;
        if sys::lock(&file) && is_named(&file, path) {
            let text = format!("{:79}\n", format!("pid={} start=0", std::process::id()));
            file.write_all_at(text.as_bytes(), 0).at(path)?;
            return Ok(file);
        }
        drop(file); // another has the lock, or the bus was deleted meanwhile
                    // Where only a reader's shared lock is in the way, nobody publishes, and it is awaited for longer.
        let waited = now_ns() - start;
        let is_passing = waited < 100 * MS || (waited < 2000 * MS && !is_locked(path));
        require!(is_passing, InUse, "{}", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Writes a bus of its own. It starts no thread: whoever publishes less often than the heartbeat's interval calls
/// [`Publisher::heartbeat`] in between, or readers have to ask the lock whether it lives.
pub struct Publisher {
    directory: PathBuf,
    file: Map,
    doorbell: Option<Map>,
    next: i64,
    interval_ns: i64,
    beat_at: i64,
    is_abandoned: bool,
    lock: File, // dropped last
}

impl Publisher {
    /// Opens a bus, given by its name or its directory: it is created, continued, or replaced. `slots` is a power of two
    /// from 2 to 16,777,216; `heartbeat` is at least 1 ms, and 100 ms for most.
    pub fn open(bus: &str, slots: i64, heartbeat: Duration) -> Result<Publisher> {
        let is_allowed = files::is_slot_count(slots as u64) && heartbeat >= Duration::from_millis(1);
        require!(
            is_allowed,
            Argument,
            "slots={slots} heartbeat={heartbeat:?}: a power of two to {MOST_SLOTS}, and 1 ms"
        );
        let directory = files::directory_of(bus)?;
        for path in [directory.parent().unwrap_or(&directory), &directory] {
            let made = fs::DirBuilder::new().mode(0o700).create(path);
            made.or_else(|e| if path.is_dir() { Ok(()) } else { Err(e) }).at(path)?;
        }
        files::check_directories(&directory, sys::user())?;
        let lock = take_lock(&directory.join("lock"))?;
        if !fs::symlink_metadata(directory.join("doorbell")).is_ok_and(|m| m.mode() & 0o77 == 0) {
            new_file(&directory, "doorbell", HEADER)?;
            name(&directory, "doorbell")?;
        }
        let (doorbell, interval_ns) = (files::doorbell(&directory), sys::nanos(heartbeat));
        let (file, next) = open_signals(&directory, slots, interval_ns)?;
        let beat_at = now_ns().saturating_add(interval_ns);
        Ok(Publisher { directory, file, doorbell, next, interval_ns, beat_at, is_abandoned: false, lock })
    }

    /// The sequence of the next signal.
    pub fn next_sequence(&self) -> i64 {
        self.next
    }

    /// Writes one signal, whose payload has 12 bytes at most, and returns its sequence.
    pub fn publish(&mut self, signal_id: i32, key: i64, payload: &[u8]) -> Result<i64> {
        let now = now_ns();
        require!(payload.len() <= 12, Argument, "a payload of {} bytes is over 12", payload.len());
        if now >= self.beat_at {
            self.heartbeat()?;
        }
        let mut bytes = [0; 16];
        bytes[..payload.len()].copy_from_slice(payload);
        let p = u128::from_le_bytes(bytes);
        let head = u64::from(signal_id as u32) | (payload.len() as u64) << 56;
        let record = [0, now as u64, now as u64, key as u64, head, 0, p as u64, (p >> 64) as u64];
        files::ring_of(&self.file).write(self.next, &record);
        self.next += 1;
        self.file.store(word::NEXT, self.next);
        self.wake();
        Ok(self.next - 1)
    }

    fn wake(&self) {
        if let Some(bell) = self.doorbell.as_ref().filter(|_| self.file.load(word::OPTIONS) as u64 & UNASKED == 0) {
            fence(SeqCst); // the signal is there before the flag is loaded
            if bell.half(word::PARKED).load(Relaxed) == 0 {
                return;
            }
            bell.half(word::PARKED).store(0, Relaxed);
        }
        sys::raise(self.file.half(word::WAKE));
    }

    /// Tells readers that this publisher lives; fails where its bus was deleted.
    pub fn heartbeat(&mut self) -> Result<()> {
        let now = now_ns();
        self.beat_at = now.saturating_add(self.interval_ns);
        self.file.store(word::HEARTBEAT, now);
        let is_ours = fs::symlink_metadata(self.directory.join("signals")).is_ok_and(|named| self.file.is(&named));
        let is_there = is_ours && is_named(&self.lock, &self.directory.join("lock"));
        require!(is_there, Absent, "{}: the bus was deleted while it was published on", self.directory.display());
        self.doorbell = files::doorbell(&self.directory); // restores what somebody has shortened
        Ok(())
    }

    /// Ends without marking the bus as closed, as a process that dies does.
    pub fn abandon(mut self) {
        self.is_abandoned = true;
    }
}

/// Marks the bus as closed, wakes its readers and releases the lock. The files stay and can be opened again.
impl Drop for Publisher {
    fn drop(&mut self) {
        if !self.is_abandoned {
            self.file.store(word::DEADLINE, i64::MAX);
            self.file.half(word::STATE).store(files::CLOSED, Release);
            sys::raise(self.file.half(word::WAKE));
        }
    }
}

fn open_signals(directory: &Path, slots: i64, interval_ns: i64) -> Result<(Map, i64)> {
    let (path, host) = (directory.join("signals"), Host::this());
    if fs::symlink_metadata(&path).is_err_and(|e| e.kind() == io::ErrorKind::NotFound) {
        return create(directory, slots, interval_ns, (0, 1, random()));
    }
    let old = files::map_signals(&path, sys::user(), true)?;
    let (is_of_here, base) = (host.is_boot_of(&old) && host.is_clock_of(&old), old.load(word::BASE));
    let recovered = files::ring_of(&old).recover(base);
    require!(recovered.is_some() || !is_of_here, Tampered, "{}", path.display());
    let (next, epoch) = (recovered.unwrap_or_else(|| base.max(old.load(word::NEXT))), old.load(word::EPOCH) + 1);
    if is_of_here && old.load(word::SLOTS) == slots && old.load(word::OPTIONS) as u64 & 3 == WAKING {
        begin(&old, next, epoch, interval_ns);
        return Ok((old, next));
    }
    let history = if is_of_here { old.load(word::HISTORY) as u64 } else { random() };
    let new = create(directory, slots, interval_ns, (next, epoch, history))?;
    old.store(word::NEXT, next);
    old.half(word::STATE).store(files::REPLACED, Release);
    sys::raise(old.half(word::WAKE));
    Ok(new)
}

/// All of its storage is there before it is mapped.
fn new_file(directory: &Path, name: &str, length: u64) -> Result<Map> {
    let path = directory.join(format!(".new-{name}"));
    let _ = fs::remove_file(&path);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600).custom_flags(sys::OPEN_FLAGS);
    let mut file = options.open(&path).at(&path)?;
    let filled = io::copy(&mut io::Read::take(io::repeat(0), length), &mut file);
    filled.and_then(|_| Map::new(&file, length, true)).inspect_err(|_| drop(fs::remove_file(&path))).at(&path)
}

fn name(directory: &Path, name: &str) -> Result<()> {
    fs::rename(directory.join(format!(".new-{name}")), directory.join(name)).at(directory)
}

/// Makes a file, begins its epoch, and gives it its name last.
fn create(dir: &Path, slots: i64, interval_ns: i64, (base, epoch, history): (i64, i64, u64)) -> Result<(Map, i64)> {
    let length = HEADER + 64 * slots as u64;
    let (m, host) = (new_file(dir, "signals", length)?, Host::this().0);
    let created = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64);
    let format = [files::VERSION | files::BYTE_ORDER << 32, HEADER | 64 << 32, slots as u64, length, WAKING | 1 << 32];
    let identity = [base as u64, history, host[0], host[1], host[2], host[3], created * MS as u64];
    format.iter().chain(&identity).enumerate().for_each(|(i, &field)| m.store(i + 1, field as i64));
    begin(&m, base, epoch, interval_ns);
    m.store(0, files::SIGNALS.0 as i64);
    name(dir, "signals")?;
    Ok((m, base))
}

fn begin(m: &Map, next: i64, epoch: i64, interval_ns: i64) {
    files::ring_of(m).clear_half_written(next);
    let now = now_ns();
    m.store(word::INTERVAL, interval_ns);
    m.store(word::HEARTBEAT, now);
    m.half(word::PROCESSOR).store(u32::MAX, Relaxed);
    m.store(word::DEADLINE, i64::MAX);
    m.store(word::NEXT, next);
    let identity = [i64::from(std::process::id()), 0, files::inode("/proc/self/ns/pid") as i64, now, next];
    identity.iter().enumerate().for_each(|(i, &field)| m.store(word::PID + i, field));
    m.store(word::EPOCH, epoch);
    m.half(word::STATE).store(files::OPEN, Release);
}

impl Ring<'_> {
    /// Writes a record, whose first word counts for nothing.
    #[inline]
    pub fn write(self, sequence: i64, record: &Record) {
        let slot = self.slot(sequence);
        slot[0].store(-(sequence + 1) as u64, Relaxed);
        fence(Release); // the mark is stored before the words
        for i in 1..8 {
            slot[i].store(record[i], Relaxed);
        }
        slot[0].store((sequence + 1) as u64, Release);
    }

    /// The next sequence to be written, from the stamps alone; none: they contradict each other.
    pub fn recover(self, base: i64) -> Option<i64> {
        let mask = self.slots() - 1;
        let next = (0..=mask).map(|i| self.stamp(i)).fold(base, i64::max);
        if next > MOST_SEQUENCE {
            return None;
        }
        let is_right = |i: i64| {
            let s = next - 1 - ((next - 1 - i) & mask);
            let stamp = self.stamp(i);
            stamp == if s < base { 0 } else { s + 1 } || (i == next & mask && stamp == -(next + 1))
        };
        (0..=mask).all(is_right).then_some(next)
    }

    /// Clears the words of a slot whose writer died in it; its stamp stays.
    pub fn clear_half_written(self, next: i64) {
        if self.stamp(next) == -(next + 1) {
            self.slot(next)[1..].iter().for_each(|word| word.store(0, Relaxed));
        }
    }
}
