// SPDX-License-Identifier: Apache-2.0

use crate::files::{self, word, Host, HEADER, MOST_SLOTS, MS, UNASKED, WAKING};
use crate::sys::{self, now_ns, Map};
use crate::{fail, require, At, Code::*, Result};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{fence, Ordering::*};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// Device and inode of the lock files that this process holds: closing any other descriptor of one would release its lock.
static HELD: Mutex<BTreeSet<(u64, u64)>> = Mutex::new(BTreeSet::new());

fn held() -> MutexGuard<'static, BTreeSet<(u64, u64)>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_among(held: &BTreeSet<(u64, u64)>, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|m| held.contains(&(m.dev(), m.ino())))
}

/// Asks whether a publisher holds the lock, without taking anything.
pub(crate) fn is_locked(path: &Path) -> bool {
    let held = held();
    is_among(&held, path) || match files::open(path, false) {
        Ok(file) => sys::is_locked(&file),
        Err(e) => e.kind() != std::io::ErrorKind::NotFound,
    }
}

pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The lock of a bus, as long as it lives.
struct Lock {
    path: PathBuf,
    id: (u64, u64),
    file: Option<File>,
}

impl Lock {
    fn take(directory: &Path) -> Result<Lock> {
        let (path, mut held, start) = (directory.join("lock"), held(), now_ns());
        while !is_among(&held, &path) {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(sys::OPEN_FLAGS);
            let file = options.open(&path).at(&path)?;
            if sys::lock(&file) {
                if !is_named(&file, &path) {
                    continue; // the bus was deleted meanwhile
                }
                let text = format!("{:79}\n", format!("pid={} start={}", std::process::id(), start_ticks()));
                file.write_all_at(text.as_bytes(), 0).at(&path)?;
                let of = file.metadata().at(&path)?;
                let id = (of.dev(), of.ino());
                held.insert(id);
                return Ok(Lock { path, id, file: Some(file) });
            }
            // Where only a reader's shared lock is in the way, nobody publishes, and it is awaited for longer.
            let waited = now_ns() - start;
            if waited > 2000 * MS || (waited > 100 * MS && sys::is_locked(&file)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        fail(InUse, format!("{}: another publishes on this bus; stop it, or use another name", directory.display()))
    }

    fn is_named(&self) -> bool {
        self.file.as_ref().is_some_and(|file| is_named(file, &self.path))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut held = held();
        held.remove(&self.id);
        self.file = None;
    }
}

fn is_named(file: &File, path: &Path) -> bool {
    matches!((file.metadata(), fs::symlink_metadata(path)), (Ok(of), Ok(at)) if sys::is_same(&of, &at))
}

fn start_ticks() -> i64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default();
    fields.split_whitespace().nth(19).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

fn raise(signals: &Map) {
    sys::raise(signals.half(word::WAKE));
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
    is_closed: bool,
    lock: Lock, // dropped last
}

impl Publisher {
    /// Opens a bus, given by its name or its directory: it is created, continued, or replaced. `slots` is a power of two
    /// from 2 to 16,777,216; `heartbeat` is at least 1 ms, and 100 ms for most.
    pub fn open(bus: &str, slots: i64, heartbeat: Duration) -> Result<Publisher> {
        let is_power = (2..=MOST_SLOTS).contains(&slots) && slots & (slots - 1) == 0;
        require(is_power && heartbeat >= Duration::from_millis(1), Argument, || {
            format!("slots={slots} heartbeat={heartbeat:?}: they must be a power of two from 2 to {MOST_SLOTS}, and at least 1ms")
        })?;
        let directory = files::directory_of(bus)?;
        for path in [directory.parent().unwrap_or(&directory), &directory] {
            let made = fs::DirBuilder::new().mode(0o700).create(path);
            made.or_else(|e| if path.is_dir() { Ok(()) } else { Err(e) }).at(path)?;
        }
        files::check_directories(&directory, sys::user())?;
        let lock = Lock::take(&directory)?;
        if !fs::symlink_metadata(directory.join("doorbell")).is_ok_and(|m| m.mode() & 0o77 == 0) {
            new_file(&directory, "doorbell", HEADER)?;
            name(&directory, "doorbell")?;
        }
        let (doorbell, interval_ns) = (files::doorbell(&directory), sys::nanos(heartbeat));
        let (file, next) = open_signals(&directory, slots, interval_ns)?;
        let beat_at = now_ns().saturating_add(interval_ns);
        Ok(Publisher { directory, file, doorbell, next, interval_ns, beat_at, is_closed: false, lock })
    }

    /// The sequence of the next signal.
    pub fn next_sequence(&self) -> i64 {
        self.next
    }

    /// Writes one signal, whose payload has 12 bytes at most, and returns its sequence.
    pub fn publish(&mut self, signal_id: i32, key: i64, payload: &[u8]) -> Result<i64> {
        let now = now_ns();
        require(payload.len() <= 12, Argument, || {
            format!("payload={} bytes: a signal carries 12 at most; send less", payload.len())
        })?;
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
        raise(&self.file);
    }

    /// Tells readers that this publisher lives; fails where its bus was deleted.
    pub fn heartbeat(&mut self) -> Result<()> {
        let now = now_ns();
        self.beat_at = now.saturating_add(self.interval_ns);
        self.file.store(word::HEARTBEAT, now);
        let is_ours = fs::symlink_metadata(self.directory.join("signals")).is_ok_and(|named| self.file.is(&named));
        require(is_ours && self.lock.is_named(), Absent, || {
            format!("{}: the bus was deleted while it was published on; open it again", self.directory.display())
        })?;
        self.doorbell = files::doorbell(&self.directory); // restores what somebody has shortened
        Ok(())
    }

    /// Ends without marking the bus as closed, as a process that dies does.
    pub fn abandon(mut self) {
        self.is_closed = true;
    }
}

/// Marks the bus as closed, wakes its readers and releases the lock. The files stay and can be opened again.
impl Drop for Publisher {
    fn drop(&mut self) {
        if !self.is_closed {
            self.file.store(word::DEADLINE, i64::MAX);
            self.file.half(word::STATE).store(files::CLOSED, Release);
            raise(&self.file);
        }
    }
}

fn open_signals(directory: &Path, slots: i64, interval_ns: i64) -> Result<(Map, i64)> {
    let (path, host) = (directory.join("signals"), Host::this());
    if fs::symlink_metadata(&path).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
        return create(directory, slots, interval_ns, (0, 1, random()));
    }
    let old = files::map(&path, sys::user(), files::SIGNALS, true, files::signals_length)?;
    let (is_of_here, base) = (host.is_boot_of(&old) && host.is_clock_of(&old), old.load(word::BASE));
    let next = files::ring_of(&old).recover(base);
    require(next.is_some() || !is_of_here, Tampered, || {
        format!("{}: its stamps contradict each other; delete the bus", path.display())
    })?;
    let (next, epoch) = (next.unwrap_or_else(|| base.max(old.load(word::NEXT))), old.load(word::EPOCH) + 1);
    if is_of_here && old.load(word::SLOTS) == slots && old.load(word::OPTIONS) as u64 & 3 == WAKING {
        begin(&old, next, epoch, interval_ns);
        return Ok((old, next));
    }
    let history = if is_of_here { old.load(word::HISTORY) as u64 } else { random() };
    let new = create(directory, slots, interval_ns, (next, epoch, history))?;
    old.store(word::NEXT, next);
    old.half(word::STATE).store(files::REPLACED, Release);
    raise(&old);
    Ok(new)
}

fn new_file(directory: &Path, name: &str, length: u64) -> Result<Map> {
    let path = directory.join(format!(".new-{name}"));
    let _ = fs::remove_file(&path);
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create_new(true).mode(0o600).custom_flags(sys::OPEN_FLAGS).open(&path).at(&path)?;
    let map = sys::allocate(&file, length).and_then(|()| Map::new(&file, length as usize, true));
    map.inspect_err(|_| drop(fs::remove_file(&path))).at(&path)
}

fn name(directory: &Path, name: &str) -> Result<()> {
    fs::rename(directory.join(format!(".new-{name}")), directory.join(name)).at(directory)
}

/// Makes a file, begins its epoch, and gives it its name last.
fn create(directory: &Path, slots: i64, interval_ns: i64, (base, epoch, history): (i64, i64, u64)) -> Result<(Map, i64)> {
    let length = HEADER + 64 * slots as u64;
    let (m, host) = (new_file(directory, "signals", length)?, Host::this().0);
    let created = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64 * MS);
    let fields = [files::VERSION | files::BYTE_ORDER << 32, HEADER | 64 << 32, slots as u64, length, WAKING | 1 << 32,
        base as u64, history, host[0], host[1], host[2], host[3], created as u64];
    fields.iter().enumerate().for_each(|(i, &field)| m.store(i + 1, field as i64));
    begin(&m, base, epoch, interval_ns);
    m.store(0, files::SIGNALS.0 as i64);
    name(directory, "signals")?;
    Ok((m, base))
}

fn begin(m: &Map, next: i64, epoch: i64, interval_ns: i64) {
    files::ring_of(m).clear_half_written(next);
    let now = now_ns();
    m.store(word::INTERVAL, interval_ns);
    m.store(word::HEARTBEAT, now);
    m.half(word::CPU).store(u32::MAX, Relaxed);
    m.store(word::DEADLINE, i64::MAX);
    m.store(word::NEXT, next);
    let pid_namespace = files::inode("/proc/self/ns/pid") as i64;
    let identity = [i64::from(std::process::id()), start_ticks(), pid_namespace, now, next];
    identity.iter().enumerate().for_each(|(i, &field)| m.store(word::PID + i, field));
    m.store(word::EPOCH, epoch);
    m.half(word::STATE).store(files::OPEN, Release);
}
