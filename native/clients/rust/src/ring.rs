// SPDX-License-Identifier: Apache-2.0

//! A ring of slots: safe code over atomic words, whoever else writes them.

use std::sync::atomic::{fence, AtomicU64, Ordering::*};

/// A slot as it lies in memory, or a copy of one.
pub type Record = [u64; 8];

/// No sequence is beyond this, so that none overflows.
pub const MOST_SEQUENCE: i64 = 1 << 62;

/// A power of two of slots of eight words, which are shared with other processes. It has one writer.
#[derive(Clone, Copy)]
pub struct Ring<'a>(pub &'a [AtomicU64]);

impl<'a> Ring<'a> {
    pub fn slots(self) -> i64 {
        (self.0.len() / 8) as i64
    }

    #[inline]
    pub(crate) fn slot(self, sequence: i64) -> &'a [AtomicU64; 8] {
        let at = (sequence as usize).wrapping_mul(8) & (self.0.len() - 1);
        self.0[at..at + 8].try_into().expect("eight words")
    }

    #[inline]
    pub fn stamp(self, sequence: i64) -> i64 {
        self.slot(sequence)[0].load(Acquire) as i64
    }

    /// A copy of a record; none where it is not there: not yet, or where `has_news` says so, no more.
    #[inline]
    pub fn read(self, q: i64) -> Option<Record> {
        let slot = self.slot(q);
        if slot[0].load(Acquire) as i64 != q + 1 {
            return None;
        }
        let record: Record = std::array::from_fn(|i| if i == 0 { 0 } else { slot[i].load(Relaxed) });
        fence(Acquire); // the words are loaded before the stamp is loaded again
        (slot[0].load(Relaxed) as i64 == q + 1).then_some(record)
    }

    /// There is something to read, or a loss to be counted.
    #[inline]
    pub fn has_news(self, q: i64) -> bool {
        let a = self.stamp(q);
        a > q || a < -(q + 1)
    }

    /// The sequence to continue at after an overrun; none: the file was tampered with. A reader that is overrun again
    /// and again asks for more headroom.
    pub fn skip(self, base: i64, next_sequence: &AtomicU64, q: i64, headroom: i64) -> Option<i64> {
        let begun = self.stamp(q).wrapping_abs().wrapping_sub(1);
        let next = next_sequence.load(Acquire) as i64; // after the stamp
        if begun <= q || (begun - q) & (self.slots() - 1) != 0 || next < begun - 1 || next > MOST_SEQUENCE {
            return None;
        }
        Some(self.oldest(base, next).saturating_add(headroom).min(next).max(q + 1))
    }

    /// The oldest sequence that a reader may begin with.
    pub fn oldest(self, base: i64, next: i64) -> i64 {
        base.max(next - self.slots() + 1)
    }
}
