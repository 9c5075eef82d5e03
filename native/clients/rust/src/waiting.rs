// SPDX-License-Identifier: Apache-2.0

use crate::files::{word, CHECK_NS, MS, REPLACED, UNASKED, WAKING};
use crate::sys::{self, now_ns};
use crate::{Result, Subscription};
use std::sync::atomic::{fence, Ordering::*};
use std::time::Duration;

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

const LEAST_GUARD_NS: i64 = 8_000;
const MOST_GUARD_NS: i64 = 150_000;
const LATE_SPIN_NS: i64 = 100_000;
const PREEMPTED_NS: i64 = 250_000;

/// What predictive waiting has learned.
pub(crate) struct Waiting {
    guard_ns: i64,
    plain_until: i64,
    preempted: i64,
    move_at: i64,
}

impl Waiting {
    pub(crate) const NEW: Waiting = Waiting { guard_ns: 10 * LEAST_GUARD_NS, plain_until: 0, preempted: 0, move_at: 0 };

    /// Learns the 98th percentile of the kernel's oversleep.
    fn learn(&mut self, late_ns: i64) {
        if late_ns >= 0 {
            let step = if late_ns + LEAST_GUARD_NS > self.guard_ns { 4000 } else { -80 };
            self.guard_ns = (self.guard_ns + step).clamp(LEAST_GUARD_NS, MOST_GUARD_NS);
        }
    }

    /// There is no core to spin on.
    fn give_way(&mut self, now: i64) {
        self.preempted += 16;
        if self.preempted > 48 {
            (self.preempted, self.plain_until) = (40, now + 100 * MS);
        }
    }
}

impl Subscription {
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
        let is_plain = due == i64::MAX || now.saturating_sub(due) > LATE_SPIN_NS || now < self.waiting.plain_until;
        match self.options.mode {
            Mode::Spin => {
                while !self.has_news() && now_ns() < until {
                    std::hint::spin_loop();
                }
            }
            Mode::Predict if !is_plain => self.predict(now, due, until),
            _ => self.park(until, due),
        }
        Ok(())
    }

    fn predict(&mut self, now: i64, due: i64, until: i64) {
        let most_guard_ns = ((due - now) / 25 * 2).max(4 * LEAST_GUARD_NS); // spins for 8 % of a core at most
        let wake = due - self.waiting.guard_ns.min(most_guard_ns);
        if now < wake {
            let end = wake.min(until);
            self.park(end, due);
            let woken = now_ns();
            self.waiting.learn(woken - end);
            if woken >= self.waiting.move_at {
                // A thread about to spin must not share the publisher's processor; it moves away, but seldom.
                self.waiting.move_at = woken + 20 * MS;
                sys::leave_processor(self.file.half(word::PROCESSOR).load(Relaxed));
            }
            return;
        }
        let (mut last, end) = (now, until.min(due + LATE_SPIN_NS));
        while last < end {
            for _ in 0..4 {
                let is_planned = self.file.load(word::DEADLINE) == due;
                if self.has_news() || !is_planned {
                    self.waiting.preempted = (self.waiting.preempted - 1).max(0);
                    return;
                }
                std::hint::spin_loop();
            }
            let now = now_ns();
            if now - last > PREEMPTED_NS {
                return self.waiting.give_way(now);
            }
            last = now;
        }
    }

    fn park(&self, until: i64, planned: i64) {
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
        let until = if is_woken { until } else { until.min(now_ns() + MS) };
        sys::sleep_on(self.file.half(word::WAKE), value, until);
    }
}
