// SPDX-License-Identifier: Apache-2.0

//! Opening a bus's files, with every check before anything is believed.

use crate::sys::{self, Map};
use crate::{fail, require, ring::{Ring, MOST_SEQUENCE}, At, Code::*, Result};
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

pub const VERSION: u64 = 2;
pub const HEADER: u64 = 4096;
pub const MOST_SLOTS: i64 = 1 << 24;
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
    pub const BOOT: usize = 8;
    pub const TIME_NAMESPACE: usize = 10;
    pub const EPOCH: usize = 16;
    pub const PID: usize = 17;
    pub const EPOCH_SEQUENCE: usize = 21;
    pub const STATE: usize = 22;
    pub const HEARTBEAT: usize = 24;
    pub const INTERVAL: usize = 25;
    pub const CPU: usize = 26;
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
    require(is_name(bus), Argument, || format!("bus '{bus}': a name is 1 to 64 of A-Z a-z 0-9 . _ -; give another"))?;
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
        require(m.is_dir(), NotABus, || format!("{name}: it is not a directory; give a bus's"))?;
        let is_open = m.mode() & 0o2 != 0 && m.mode() & 0o1000 == 0;
        require(!is_open && (m.uid() == 0 || is_trusted(&m, owner)), Permission, || {
            format!("{name}: it is user {}'s with mode {:o}; use a directory that no other can write", m.uid(), m.mode() & 0o7777)
        })?;
    }
    Ok(())
}

pub fn open(path: &Path, is_writable: bool) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(is_writable).custom_flags(sys::OPEN_FLAGS).open(path)
}

/// The header of a file, before it is mapped: 512 words.
pub struct Header([u8; HEADER as usize]);

impl Header {
    pub fn word(&self, index: usize) -> u64 {
        u64::from_le_bytes(self.0[index * 8..index * 8 + 8].try_into().expect("eight bytes"))
    }
}

/// Maps a file after the checks that signals and replies have in common. `length_of` is the length that the header
/// implies; none for a header that is wrong.
pub fn map(path: &Path, owner: u32, kind: (u64, u64), is_writable: bool, length_of: fn(&Header) -> Option<u64>) -> Result<Map> {
    let (magic, layout_version) = kind;
    let file = open(path, is_writable).at(path)?;
    let (name, m, mut h) = (path.display(), file.metadata().at(path)?, Header([0; HEADER as usize]));
    require(m.is_file(), NotABus, || format!("{name}: it is not a regular file; delete it"))?;
    require(is_trusted(&m, owner), Permission, || format!("{name}: it is user {}'s; name the bus's owner", m.uid()))?;
    require(file.read_exact_at(&mut h.0, 0).is_ok(), Truncated, || {
        format!("{name}: its {} bytes are no whole header; start its publisher again", m.len())
    })?;
    let (found, order, version, slots) = (h.word(0), h.word(1) >> 32, h.word(1) as u32, h.word(3));
    require(found != magic.swap_bytes() && (found != magic || order == BYTE_ORDER), ByteOrder, || {
        format!("{name}: byteOrder={order:#x} is another machine's; use a bus of this machine")
    })?;
    require(found == magic, NotABus, || format!("{name}: magic={found:#x} is not a bus's; give a bus's directory"))?;
    require(u64::from(version) == layout_version, Version, || {
        format!("{name}: layoutVersion={version} and not {layout_version}; use the same release on both sides")
    })?;
    require(h.word(2) == (HEADER | 64 << 32), Geometry, || {
        format!("{name}: its header or records have other lengths; start its publisher again")
    })?;
    let is_power = slots.is_power_of_two() && (2..=MOST_SLOTS as u64).contains(&slots);
    let Some(length) = is_power.then(|| length_of(&h)).flatten() else {
        return fail(Tampered, format!("{name}: its header is wrong, slotCount={slots}; start its publisher again"));
    };
    require(m.len() == length && h.word(4) == length, Truncated, || {
        format!("{name}: it has {} bytes and not {length}; start its publisher again", m.len())
    })?;
    Map::new(&file, length as usize, is_writable).at(path)
}

pub fn signals_length(h: &Header) -> Option<u64> {
    (h.word(word::OPTIONS) >> 32 == 1 && h.word(word::BASE) <= MOST_SEQUENCE as u64).then(|| HEADER + 64 * h.word(word::SLOTS))
}

/// What a signals file must agree with: the boot, the time namespace and its offset.
pub struct Host(pub [u64; 4]);

impl Host {
    pub fn this() -> Host {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().replace(['-', '\n'], "");
        let boot = u128::from_str_radix(&text, 16).unwrap_or(0).to_be_bytes();
        let half = |i: usize| u64::from_le_bytes(boot[i..i + 8].try_into().expect("eight bytes"));
        let offsets = fs::read_to_string("/proc/self/timens_offsets").unwrap_or_default();
        let mut line = offsets.lines().filter_map(|l| l.strip_prefix("monotonic")).flat_map(|l| l.split_whitespace());
        let mut number = || line.next().and_then(|n| n.parse::<i64>().ok()).unwrap_or(0);
        Host([half(0), half(8), inode("/proc/self/ns/time"), (number() * 1_000_000_000 + number()) as u64])
    }

    pub fn is_boot_of(&self, m: &Map) -> bool {
        let boot = [m.load(word::BOOT) as u64, m.load(word::BOOT + 1) as u64];
        boot == self.0[..2] || boot == [0; 2] || self.0[..2] == [0; 2]
    }

    pub fn is_clock_of(&self, m: &Map) -> bool {
        m.load(word::TIME_NAMESPACE + 1) as u64 == self.0[3]
    }
}

pub fn inode(path: &str) -> u64 {
    fs::metadata(path).map_or(0, |m| m.ino())
}

pub fn ring_of(signals: &Map) -> Ring<'_> {
    Ring(&signals.words()[HEADER as usize / 8..])
}

/// Maps signals read-only after every check.
pub fn attach(directory: &Path, owner: u32) -> Result<Map> {
    check_directories(directory, owner)?;
    let path = directory.join("signals");
    let (name, m) = (path.display(), map(&path, owner, SIGNALS, false, signals_length)?);
    let (host, next, base) = (Host::this(), m.load(word::NEXT), m.load(word::BASE));
    require(host.is_boot_of(&m), AnotherBoot, || format!("{name}: it is from before the last boot; start its publisher again"))?;
    require(host.is_clock_of(&m), AnotherTimeNamespace, || {
        format!("{name}: its clock is another time namespace's; run in its publisher's")
    })?;
    let is_sound = next == base || (next > base && next <= MOST_SEQUENCE && ring_of(&m).stamp(next - 1).unsigned_abs() >= next as u64);
    require(is_sound, Tampered, || format!("{name}: its contents contradict each other; delete the bus"))?;
    Ok(m)
}

/// None where there is no doorbell, or none that this user may write.
pub fn doorbell(directory: &Path) -> Option<Map> {
    let file = open(&directory.join("doorbell"), true).ok()?;
    file.write_all_at(&[0], HEADER - 1).ok()?; // brings back what somebody has shortened
    Map::new(&file, HEADER as usize, true).ok()
}

pub fn check_socket(path: &Path, owner: u32) -> Result<()> {
    let m = fs::symlink_metadata(path).at(path)?;
    let is_right = m.file_type().is_socket() && is_trusted(&m, owner);
    require(is_right, Permission, || format!("{}: it is not a socket of the bus's owner; delete it", path.display()))
}
