// SPDX-License-Identifier: Apache-2.0

//! What it costs to copy a signal of a backlog in Rust and in C, on the same bus and by turns: the least of many rounds.
//! It needs `cc` and a quiet host: cargo run --release --example cost [SLOTS]
use std::ffi::{c_char, c_int, c_void, CString};
use std::process::Command;
use std::time::{Duration, Instant};
use tickbus::*;

const ROUNDS: usize = 500;

extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

type Attach = extern "C" fn(*const c_char) -> c_int;
type Drain = extern "C" fn(*mut i64) -> i64;

/// The functions of `drain.c`.
fn compiled(folder: &str) -> (Attach, Drain) {
    let (clients, library) = (concat!(env!("CARGO_MANIFEST_DIR"), "/.."), format!("{folder}/drain.so"));
    let (source, include) = (format!("{clients}/c/drain.c"), format!("-I{clients}/../include"));
    let built =
        Command::new("cc").args(["-std=c11", "-O2", "-shared", "-fPIC", &include, "-o", &library, &source]).status();
    assert!(built.expect("cc").success());
    let text = |text: &str| CString::new(text).expect("no zero");
    // SAFETY: drain.c has these two functions.
    unsafe {
        let loaded = dlopen(text(&library).as_ptr(), 2);
        assert!(!loaded.is_null());
        let named = |name| dlsym(loaded, text(name).as_ptr());
        let (attach, drain) = (named("drain_attach"), named("drain"));
        (std::mem::transmute::<*mut c_void, Attach>(attach), std::mem::transmute::<*mut c_void, Drain>(drain))
    }
}

fn drain(bus: &mut Subscription, sum: &mut i64) -> i64 {
    let mut count = 0;
    while let Some(signal) = bus.poll().expect("a bus") {
        let signal = std::hint::black_box(&signal); // the whole copy is wanted
        count += 1;
        *sum += signal.key + i64::from(signal.signal_id);
    }
    count
}

fn main() -> Result<()> {
    let slots = std::env::args().nth(1).map_or(1 << 16, |n| n.parse().expect("a number of slots"));
    let folder = format!("/dev/shm/tickbus-cost-{}", std::process::id());
    let name = format!("{folder}/bus");
    let mut bus = Publisher::open(&name, slots, Duration::from_millis(100))?;
    let ((attach_c, drain_c), mut subscription) = (compiled(&folder), Subscription::attach(&name, Options::default())?);
    assert_eq!(0, attach_c(CString::new(name).expect("no zero").as_ptr()));
    let mut least = [f64::MAX; 2];
    for round in 0..ROUNDS {
        let mut sum = 0;
        for key in 0..slots - 1 {
            bus.publish(7, key, b"twelve bytes")?;
            sum += key + 7;
        }
        for way in [round % 2, (round + 1) % 2] {
            let (start, mut total) = (Instant::now(), 0);
            let count = if way == 0 { drain_c(&mut total) } else { drain(&mut subscription, &mut total) };
            least[way] = least[way].min(start.elapsed().as_nanos() as f64 / (slots - 1) as f64);
            assert_eq!((slots - 1, sum), (count, total));
        }
    }
    println!("C {:.2} ns; Rust {:.2} ns, {:.2} times", least[0], least[1], least[1] / least[0]);
    std::fs::remove_dir_all(folder).expect("it is ours");
    Ok(())
}
