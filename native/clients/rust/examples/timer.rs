// SPDX-License-Identifier: Apache-2.0

//! Fires one timer in 100 ms: cargo run --example timer NAME
use std::time::Duration;
use tickbus::{now_ns, Options, Timer, Timers};

fn main() -> tickbus::Result<()> {
    let bus = std::env::args().nth(1).expect("the bus's name");
    let mut timers = Timers::connect(&bus, "", Options::default(), Duration::from_secs(5))?;
    timers.arm(&Timer { key: 42, deadline_ns: now_ns() + 100_000_000, signal_id: 7, ..Timer::default() })?;
    loop {
        if let Some((signal, _)) = timers.poll()? {
            println!("fired {} late by {} ns", signal.key, signal.published_ns - signal.deadline_ns);
            return Ok(());
        }
        timers.wait(Duration::from_millis(50))?;
    }
}
