// SPDX-License-Identifier: Apache-2.0

//! Publishes ten signals on a bus of its own: cargo run --example publish NAME
use std::time::Duration;
use tickbus::Publisher;

fn main() -> tickbus::Result<()> {
    let bus = std::env::args().nth(1).expect("the bus's name");
    let mut bus = Publisher::open(&bus, 1 << 16, Duration::from_millis(100))?;
    for key in 0..10 {
        bus.publish(42, key, b"twelve bytes")?;
    }
    Ok(())
}
