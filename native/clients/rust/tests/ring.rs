// SPDX-License-Identifier: Apache-2.0

//! The ring alone, in plain memory: safe code, so what the language promises can be checked by miri as well.
use std::sync::atomic::{AtomicU64, Ordering::*};
use tickbus::ring::{Record, Ring};

fn words(count: usize) -> Vec<AtomicU64> {
    (0..count).map(|_| AtomicU64::new(0)).collect()
}

fn golden(name: &str) -> Option<Vec<AtomicU64>> {
    let path = format!("../../../bus-core/src/test/resources/io/tickbus/core/internal/file/{name}");
    let text = std::fs::read_to_string(path).ok()?;
    let mut lines = text.lines();
    let length: usize = lines.next()?.strip_prefix("length ")?.parse().ok()?;
    let mut bytes = vec![0u8; length];
    for line in lines {
        let mut numbers = line.split_whitespace().map(|n| usize::from_str_radix(n, 16).expect("hexadecimal"));
        let at = numbers.next()?;
        numbers.enumerate().for_each(|(i, b)| bytes[at + i] = b as u8);
    }
    Some(bytes.chunks(8).map(|b| AtomicU64::new(u64::from_le_bytes(b.try_into().expect("eight")))).collect())
}

#[test]
fn should_read_golden_ring() {
    let Some(file) = golden("signals-v2.hex") else { return };
    let ring = Ring(&file[512..]);
    assert!(ring.read(2).is_none() && ring.has_news(2));
    assert_eq!(Some(3), ring.skip(0, &file[64], 2, 0));
    assert!(ring.read(6).is_none() && !ring.has_news(6) && ring.has_news(5));
    let record = ring.read(4).expect("4 is committed");
    assert_eq!((-5, 1004), (record[3] as i64, record[4] as i32));
    assert_eq!(Some(6), ring.recover(0));
    let copy = words(ring.0.len());
    Ring(&copy).write(4, &record);
    assert_eq!(Some(record), Ring(&copy).read(4));
}

#[test]
fn should_find_next_sequence_when_recovering() {
    let memory = words(32);
    let ring = Ring(&memory);
    (10..17).for_each(|s| ring.write(s, &[7; 8]));
    assert_eq!(Some(17), ring.recover(10));
    memory[8].store(-18i64 as u64, Relaxed); // the writer of 17 died in it
    assert_eq!(Some(17), ring.recover(10));
    ring.clear_half_written(17);
    assert_eq!(0, memory[9].load(Relaxed));
    memory[24].store(99, Relaxed);
    assert_eq!(None, ring.recover(10));
}

#[test]
fn should_refuse_to_skip_when_stamps_contradict() {
    let (memory, next) = (words(32), AtomicU64::new(100));
    let ring = Ring(&memory);
    memory[0].store(i64::MIN as u64, Relaxed);
    assert_eq!(None, ring.skip(0, &next, 0, 0));
    memory[0].store(6, Relaxed); // of another slot
    assert_eq!(None, ring.skip(0, &next, 0, 0));
    memory[0].store(97, Relaxed);
    assert_eq!(Some(97), ring.skip(0, &next, 0, 0));
    assert_eq!(Some(100), ring.skip(0, &next, 0, 1 << 40));
    next.store(5, Relaxed); // behind the slots
    assert_eq!(None, ring.skip(0, &next, 0, 0));
}

#[test]
fn should_never_read_half_a_record_when_writer_laps() {
    let count = if cfg!(miri) { 300 } else { 300_000 };
    let (memory, next) = (words(8 * 4), AtomicU64::new(0));
    let record = |s: i64| -> Record { std::array::from_fn(|i| (s as u64).wrapping_mul(i as u64 + 1)) };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for s in 0..count {
                Ring(&memory).write(s, &record(s));
                next.store(s as u64 + 1, Release);
            }
        });
        let (ring, mut q, mut copied, mut lost) = (Ring(&memory), 0, 0, 0);
        while q < count {
            match ring.read(q) {
                Some(found) => {
                    assert_eq!(record(q)[1..], found[1..]);
                    (q, copied) = (q + 1, copied + 1);
                }
                None if ring.has_news(q) && ring.stamp(q) != q + 1 => {
                    let to = ring.skip(0, &next, q, 0).expect("nobody tampers");
                    (lost, q) = (lost + to - q, to);
                }
                None => std::thread::yield_now(),
            }
        }
        assert_eq!(count, copied + lost);
    });
}
