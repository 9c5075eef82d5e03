// SPDX-License-Identifier: Apache-2.0

//! Opening a bus's files, with every check before anything is believed.

use crate::ring::{Ring, MOST_SEQUENCE};
use crate::sys::{self, Map};
use crate::{require, At, Result};
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

pub const VERSION: u64 = 2;
pub const HEADER: u64 = 4096;
pub const MOST_SLOTS: u64 = 1 << 24;
pub const BYTE_ORDER: u64 = 0x0A0B_0C0D;
/// Magic number and layout version.
pub const SIGNALS: (u64, u64) = (0x3147_4953_4B43_4954, VERSION);
pub const REPLIES: (u64, u64) = (0x3150_4552_4B43_4954, 3);
pub const MS: i64 = 1_000_000;
pub const CHECK_NS: i64 = 50 * MS; // between two checks of the publisher; nobody sleeps longer
pub const WAKING: u64 = 3;
pub const UNASKED: u64 = 4;
pub const OPEN: u32 = 1;
pub const CLOSED: u32 = 2;
pub const REPLACED: u32 = 3;

/// Words of 8 bytes in the header of signals; PARKED in doorbell.
pub mod word {
    pub const SLOTS: usize = 3;
    pub const OPTIONS: usize = 5;
    pub const BASE: usize = 6;
    pub const HISTORY: usize = 7;
    pub const HOST: usize = 8;
    pub const EPOCH: usize = 16;
    pub const PID: usize = 17;
    pub const EPOCH_SEQUENCE: usize = 21;
    pub const STATE: usize = 22;
    pub const HEARTBEAT: usize = 24;
    pub const INTERVAL: usize = 25;
    pub const PROCESSOR: usize = 26;
    pub const DEADLINE: usize = 32;
    pub const WAKE: usize = 48;
    pub const NEXT: usize = 64;
    pub const PARKED: usize = 16;
}

pub fn is_name(name: &str) -> bool {
    let is_in = |more: &'static str| move |c: char| c.is_ascii_alphanumeric() || more.contains(c);
    (1..=64).contains(&name.len()) && name.starts_with(is_in("_")) && name.chars().all(is_in("._-"))
}

/// A bus is given by its name, or by its path, which contains a slash.
pub fn directory_of(bus: &str) -> Result<PathBuf> {
    if bus.contains('/') {
        return std::path::absolute(bus).at(Path::new(bus));
    }
    require!(is_name(bus), Argument, "bus '{bus}': a name is 1 to 64 of A-Z a-z 0-9 . _ -");
    let chosen = std::env::var_os("TICKBUS_DIR").filter(|root| !root.is_empty());
    Ok(chosen.map_or_else(root, PathBuf::from).join(bus))
}

/// Where this user's buses are by default: elsewhere where somebody else has taken the place.
fn root() -> PathBuf {
    let root = PathBuf::from(format!("/dev/shm/tickbus-{}", sys::user()));
    let is_taken = fs::symlink_metadata(&root).is_ok_and(|m| m.uid() != sys::user());
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|_| is_taken);
    let is_usable = |path: &PathBuf| path.is_absolute() && fs::metadata(path).is_ok_and(|m| m.uid() == sys::user());
    runtime.filter(is_usable).map_or(root, |path| path.join("tickbus"))
}

pub fn is_trusted(meta: &fs::Metadata, owner: u32) -> bool {
    meta.uid() == sys::user() || meta.uid() == owner
}

pub fn check_directories(directory: &Path, owner: u32) -> Result<()> {
    for path in [directory.parent().unwrap_or(directory), directory] {
        let (name, m) = (path.display(), fs::symlink_metadata(path).at(path)?);
        require!(m.is_dir(), NotABus, "{name}: it is not a directory");
        let is_closed = m.mode() & 0o2 == 0 || m.mode() & 0o1000 != 0;
        let is_right = is_closed && (m.uid() == 0 || is_trusted(&m, owner));
        require!(is_right, Permission, "{name}: user {}, mode {:o}", m.uid(), m.mode() & 0o7777);
    }
    Ok(())
}

pub fn open(path: &Path, is_writable: bool) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(is_writable).custom_flags(sys::OPEN_FLAGS).open(path)
}

/// The header of a file, as it was before it was mapped.
pub struct Header([u8; HEADER as usize]);

impl Header {
    pub fn word(&self, index: usize) -> u64 {
        u64::from_le_bytes(self.0[index * 8..index * 8 + 8].try_into().expect("eight bytes"))
    }
}

/// Maps a file after the checks that signals and replies have in common. `length_of` is the length that the header
/// implies; none for a header that is wrong.
pub fn map(
    path: &Path,
    owner: u32,
    kind: (u64, u64),
    is_writable: bool,
    length_of: fn(&Header) -> Option<u64>,
) -> Result<Map> {
    let (magic, layout_version) = kind;
    let file = open(path, is_writable).at(path)?;
    let (name, m, mut h) = (path.display(), file.metadata().at(path)?, Header([0; HEADER as usize]));
    require!(m.is_file(), NotABus, "{name}: it is not a regular file");
    require!(is_trusted(&m, owner), Permission, "{name}: it belongs to user {}", m.uid());
    let is_whole = file.read_exact_at(&mut h.0, 0).is_ok();
    require!(is_whole, Truncated, "{name}: its {} bytes are no whole header", m.len());
    let (found, order, version, slots) = (h.word(0), h.word(1) >> 32, h.word(1) as u32, h.word(word::SLOTS));
    let is_foreign = found == magic.swap_bytes() || (found == magic && order != BYTE_ORDER);
    require!(!is_foreign, ByteOrder, "{name}: byteOrder={order:#x}");
    require!(found == magic, NotABus, "{name}: magic={found:#x}");
    let is_right = u64::from(version) == layout_version;
    require!(is_right, Version, "{name}: layoutVersion={version} and not {layout_version}");
    require!(h.word(2) == HEADER | 64 << 32, Geometry, "{name}: headerBytes and recordBytes are {:#x}", h.word(2));
    require!(is_slot_count(slots), Tampered, "{name}: slotCount={slots}");
    let length = length_of(&h).unwrap_or(0);
    require!(length > 0, Tampered, "{name}: its header");
    let is_right = m.len() == length && h.word(4) == length;
    require!(is_right, Truncated, "{name}: it has {} bytes and not {length}", m.len());
    Map::new(&file, length, is_writable).at(path)
}

pub fn is_slot_count(slots: u64) -> bool {
    slots.is_power_of_two() && (2..=MOST_SLOTS).contains(&slots)
}

pub fn map_signals(path: &Path, owner: u32, is_writable: bool) -> Result<Map> {
    map(path, owner, SIGNALS, is_writable, |h| {
        let is_right = h.word(word::OPTIONS) >> 32 == 1 && h.word(word::BASE) <= MOST_SEQUENCE as u64;
        is_right.then(|| HEADER + 64 * h.word(word::SLOTS))
    })
}

/// What a signals file must agree with: the boot in two words, the time namespace, and its offset.
pub struct Host(pub [u64; 4]);

impl Host {
    pub fn this() -> Host {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().replace(['-', '\n'], "");
        let boot = u128::from_str_radix(&text, 16).unwrap_or(0).swap_bytes();
        let offsets = fs::read_to_string("/proc/self/timens_offsets").unwrap_or_default();
        let mut line = offsets.lines().filter_map(|l| l.strip_prefix("monotonic")).flat_map(|l| l.split_whitespace());
        let mut number = || line.next().and_then(|n| n.parse::<i64>().ok()).unwrap_or(0);
        let offset_ns = number() * 1_000_000_000 + number();
        Host([boot as u64, (boot >> 64) as u64, inode("/proc/self/ns/time"), offset_ns as u64])
    }

    pub fn is_boot_of(&self, m: &Map) -> bool {
        let boot = [m.load(word::HOST) as u64, m.load(word::HOST + 1) as u64];
        boot == self.0[..2] || boot == [0; 2] || self.0[..2] == [0; 2]
    }

    pub fn is_clock_of(&self, m: &Map) -> bool {
        m.load(word::HOST + 3) as u64 == self.0[3]
    }
}

pub fn inode(path: &str) -> u64 {
    fs::metadata(path).map_or(0, |m| m.ino())
}

#[inline]
pub fn ring_of(signals: &Map) -> Ring<'_> {
    Ring(&signals.words()[HEADER as usize / 8..])
}

/// Maps signals read-only after every check.
pub fn attach(directory: &Path, owner: u32) -> Result<Map> {
    check_directories(directory, owner)?;
    let (name, m) = (directory.display(), map_signals(&directory.join("signals"), owner, false)?);
    let (host, next, base) = (Host::this(), m.load(word::NEXT), m.load(word::BASE));
    require!(host.is_boot_of(&m), AnotherBoot, "{name}");
    require!(host.is_clock_of(&m), AnotherTimeNamespace, "{name}");
    let is_written = next > base && next <= MOST_SEQUENCE && ring_of(&m).stamp(next - 1).unsigned_abs() >= next as u64;
    require!(next == base || is_written, Tampered, "{name}: nextSequence={next}");
    Ok(m)
}

/// None where there is no doorbell, or none that this user may write.
pub fn doorbell(directory: &Path) -> Option<Map> {
    let file = open(&directory.join("doorbell"), true).ok()?;
    file.write_all_at(&[0], HEADER - 1).ok()?; // brings back what somebody has shortened
    Map::new(&file, HEADER, true).ok()
}
