// SPDX-License-Identifier: Apache-2.0

//! Prints the signals of a bus: cargo run --example subscribe NAME
use std::time::Duration;
use tickbus::{Options, Subscription};

fn main() -> tickbus::Result<()> {
    let bus = std::env::args().nth(1).expect("the bus's name");
    let mut bus = Subscription::attach(&bus, Options { oldest: true, ..Options::default() })?;
    loop {
        while let Some(signal) = bus.poll()? {
            println!("{} {} {} lost before it: {}", signal.sequence, signal.key, signal.signal_id, signal.lost);
        }
        bus.wait(Duration::from_millis(50))?;
    }
}
