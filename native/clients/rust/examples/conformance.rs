// SPDX-License-Identifier: Apache-2.0

//! The conformance program: see bench/conformance.
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tickbus::*;

const MS: i64 = 1_000_000;

struct Arguments(HashMap<String, String>);

impl Arguments {
    fn text(&self, name: &str, default: &str) -> String {
        self.0.get(name).map_or(default, |value| value).to_string()
    }

    fn number(&self, name: &str, default: i64) -> i64 {
        self.0.get(name).map_or(default, |value| value.parse().unwrap_or_else(|_| usage()))
    }

    fn options(&self, wait: &str, from: &str) -> Options {
        let mode = match self.text("wait", wait).as_str() {
            "spin" => Mode::Spin,
            "park" => Mode::Park,
            "predict" => Mode::Predict,
            _ => usage(),
        };
        Options { oldest: self.text("from", from) == "oldest", mode, owner: None }
    }
}

fn usage() -> ! {
    eprintln!("usage: conformance subscribe|publish|timers|latency|check|read --bus DIR [--count N] ...");
    std::process::exit(2)
}

type Report = Vec<(&'static str, String)>;

fn report(fields: &[(&'static str, i64)]) -> Report {
    fields.iter().map(|(name, value)| (*name, value.to_string())).collect()
}

fn main() {
    let mut words = std::env::args().skip(1);
    let role = words.next().unwrap_or_else(|| usage());
    let mut arguments = Arguments(HashMap::new());
    while let Some(name) = words.next() {
        let (Some(name), Some(value)) = (name.strip_prefix("--"), words.next()) else { usage() };
        arguments.0.insert(name.into(), value);
    }
    let bus = arguments.text("bus", "");
    let run: fn(&str, &Arguments) -> Result<Report> = match role.as_str() {
        _ if bus.is_empty() => usage(),
        "subscribe" => subscribe,
        "publish" => publish,
        "timers" => timers,
        "latency" => latency,
        "read" => read,
        "check" => |bus, arguments| Subscription::attach(bus, arguments.options("park", "oldest")).map(|_| vec![]),
        _ => usage(),
    };
    let result = run(&bus, &arguments);
    let mut fields = vec![r#""language":"rust""#.into(), format!(r#""role":"{role}""#)];
    if role == "check" {
        fields.push(format!(r#""ok":{}"#, result.is_ok()));
    }
    match &result {
        Ok(report) => fields
            .extend(report.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).chain([r#""errors":0"#.into()])),
        Err(e) => fields.push(format!(r#""errors":1,"error":"{}","text":{:?}"#, e.code.name(), e.to_string())),
    }
    println!("{{{}}}", fields.join(","));
    std::process::exit(i32::from(result.is_err()))
}

/// What the signal of a sequence must carry.
fn content(sequence: i64) -> (i64, i32, [u8; 12]) {
    let (key, mut payload) = ((sequence as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15), [0; 12]);
    payload[..8].copy_from_slice(&(key ^ sequence as u64).to_le_bytes());
    payload[8..].copy_from_slice(&((key >> 17) as u32).to_le_bytes());
    (key as i64, (key & 0x7FFF_FFFF) as i32, payload)
}

fn is_whole(s: &Signal) -> bool {
    let (key, signal_id, payload) = content(s.sequence);
    (s.key, s.signal_id, s.payload()) == (key, signal_id, &payload[..]) && (s.occurrence, s.flags, s.owner) == (0, 0, 0)
}

fn subscribe(bus: &str, arguments: &Arguments) -> Result<Report> {
    let mut s = Subscription::attach(bus, arguments.options("park", "oldest"))?;
    println!("READY");
    let (count, timeout_ns) = (arguments.number("count", 0), arguments.number("timeout-ms", 10_000) * MS);
    let slow_every = arguments.number("slow-every", 0);
    let (first, mut received, mut torn, mut order) = (s.next_sequence(), 0, 0, 0);
    let (mut expected, mut quiet_since, mut closed_since) = (first, None, None);
    while received + s.lost() < count {
        if let Some(signal) = s.poll()? {
            received += 1;
            order += i64::from(signal.sequence != expected + signal.lost);
            torn += i64::from(!is_whole(&signal));
            expected = signal.sequence + 1;
            quiet_since = None;
            if slow_every > 0 && received % slow_every == 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
            continue;
        }
        let (now, quiet) = (now_ns(), *quiet_since.get_or_insert_with(now_ns));
        let is_closed = s.status()? == Status::Closed && received + s.lost() > 0;
        closed_since = is_closed.then(|| closed_since.unwrap_or(now));
        if now - quiet > timeout_ns || closed_since.is_some_and(|closed| now - closed > 500 * MS) {
            break; // a successor may open it again within half a second
        }
        s.wait(Duration::from_millis(50))?;
    }
    Ok(report(&[
        ("received", received),
        ("lost", s.lost()),
        ("torn", torn),
        ("order", order),
        ("stale", 0),
        ("first", first),
        ("last", s.next_sequence() - 1),
        ("epochs", s.epochs()),
    ]))
}

/// All that is there, without waiting.
fn read(bus: &str, arguments: &Arguments) -> Result<Report> {
    let (mut s, mut signals) = (Subscription::attach(bus, arguments.options("park", "oldest"))?, vec![]);
    println!("READY");
    let first = s.next_sequence();
    while let Some(r) = s.poll()? {
        let (times, small) = ([r.published_ns, r.deadline_ns, r.key], [r.occurrence, r.generation, r.missed]);
        let what = [r.signal_id.into(), r.owner.into(), r.flags.into()];
        let numbers = [r.sequence].into_iter().chain(times).chain(what).chain(small.map(i64::from));
        let payload: String = r.payload().iter().map(|byte| format!("{byte:02x}")).collect();
        let texts: Vec<String> = numbers.map(|number| number.to_string()).chain([format!("{payload:?}")]).collect();
        signals.push(format!("[{}]", texts.join(",")));
    }
    let mut fields = report(&[
        ("received", signals.len() as i64),
        ("lost", s.lost()),
        ("absent", s.absent()),
        ("first", first),
        ("last", s.next_sequence() - 1),
    ]);
    fields.push(("status", format!("{:?}", format!("{:?}", s.status()?).to_uppercase())));
    fields.push(("signals", format!("[{}]", signals.join(","))));
    Ok(fields)
}

extern "C" {
    fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
}

/// The CPU time of this thread.
fn cpu_ns() -> i64 {
    let mut time = [0; 2];
    // SAFETY: CLOCK_THREAD_CPUTIME_ID is 3, and the time is written by the call only.
    unsafe { clock_gettime(3, &mut time) };
    time[0] * 1_000_000_000 + time[1]
}

fn latency(bus: &str, arguments: &Arguments) -> Result<Report> {
    let mut s = Subscription::attach(bus, arguments.options("predict", "newest"))?;
    println!("READY");
    let (count, timeout_ns) = (arguments.number("count", 0) as usize, arguments.number("timeout-ms", 10_000) * MS);
    let (mut warm_up, mut latencies) = (arguments.number("warm-up", 0), Vec::with_capacity(count));
    let (mut quiet_since, mut begin) = (now_ns(), None);
    while latencies.len() < count && now_ns() - quiet_since < timeout_ns {
        let Some(signal) = s.poll()? else {
            s.wait(Duration::from_millis(50))?;
            continue;
        };
        quiet_since = now_ns();
        if warm_up > 0 {
            warm_up -= 1;
            continue;
        }
        begin.get_or_insert_with(|| (quiet_since, cpu_ns(), s.lost()));
        latencies.push(quiet_since - signal.published_ns);
    }
    let (started, cpu, lost) = begin.unwrap_or_else(|| (now_ns(), cpu_ns(), s.lost()));
    let (elapsed, cpu) = (now_ns() - started, cpu_ns() - cpu);
    latencies.sort_unstable();
    let percentile =
        |p: usize| latencies.get((latencies.len() * p).div_ceil(100).wrapping_sub(1)).copied().unwrap_or(0);
    let received = latencies.len() as i64;
    Ok(report(&[
        ("received", received),
        ("lost", s.lost() - lost),
        ("p50Ns", percentile(50)),
        ("p99Ns", percentile(99)),
        ("maxNs", percentile(100)),
        ("cpuNs", cpu),
        ("elapsedNs", elapsed),
    ]))
}

fn publish(bus: &str, arguments: &Arguments) -> Result<Report> {
    let mut p = Publisher::open(bus, arguments.number("slots", 65_536), Duration::from_millis(100))?;
    println!("READY");
    let (first, start, rate) = (p.next_sequence(), now_ns(), arguments.number("rate", 0));
    for i in 0..arguments.number("count", 0) {
        while rate > 0 && now_ns() < start + i * 1_000_000_000 / rate {
            std::thread::sleep(Duration::from_nanos((start + i * 1_000_000_000 / rate - now_ns()).max(0) as u64));
        }
        let (key, signal_id, payload) = content(first + i);
        p.publish(signal_id, key, &payload)?;
    }
    let published = p.next_sequence() - first;
    if arguments.text("close", "yes") == "no" {
        p.abandon();
    }
    Ok(report(&[("published", published), ("first", first)]))
}

/// Counts what a client of a daemon sees.
#[derive(Default)]
struct Tally {
    due: HashMap<i64, i64>,
    again: HashSet<i64>,
    answered: i64,
    armed: i64,
    rearmed: i64,
    cancelled: i64,
    fired: i64,
    stale: i64,
    early: i64,
    refused: i64,
}

impl Tally {
    fn drain(&mut self, t: &mut Timers) -> Result<bool> {
        let before = self.answered + self.fired + self.stale;
        while let Some(reply) = t.reply()? {
            self.answered += 1;
            match reply.code {
                ReplyCode::Armed if self.again.contains(&reply.command) => self.rearmed += 1,
                ReplyCode::Armed => self.armed += 1,
                ReplyCode::Cancelled => self.cancelled += 1,
                ReplyCode::Full | ReplyCode::Invalid => self.refused += 1,
                _ => {}
            }
        }
        while let Some((signal, _)) = t.poll()? {
            self.early += i64::from(signal.published_ns < signal.deadline_ns);
            // By the deadline, as a firing that was current when it was read may be stale by now, and one of a timer
            // that fired before it was cancelled counts.
            if self.due.get(&signal.key) == Some(&signal.deadline_ns) {
                self.fired += 1;
            } else {
                self.stale += 1;
            }
        }
        Ok(self.answered + self.fired + self.stale > before)
    }

    /// Sends, and reads what is there where there is no room.
    fn command(&mut self, t: &mut Timers, send: impl Fn(&mut Timers) -> Result<i64>) -> Result<i64> {
        loop {
            match send(t) {
                Err(e) if e.code == Code::NoRoom => self.drain(t)?,
                result => return result,
            };
        }
    }
}

fn timers(bus: &str, arguments: &Arguments) -> Result<Report> {
    let mut t = Timers::connect(bus, "", arguments.options("park", "oldest"), Duration::from_secs(5))?;
    println!("READY");
    let (count, mut a, mut sent) = (arguments.number("count", 0), Tally::default(), 0);
    for key in 0..count {
        let due = now_ns() + (5 + key % 50) * MS;
        let arm = |due| {
            move |t: &mut Timers| t.arm(&Timer { key, deadline_ns: due, signal_id: key as i32, ..Timer::default() })
        };
        a.due.insert(key, if key % 10 == 3 { due + 10 * MS } else { due });
        a.command(&mut t, arm(due))?;
        if key % 10 == 3 {
            let number = a.command(&mut t, arm(due + 10 * MS))?;
            a.again.insert(number);
        } else if key % 10 == 7 {
            a.command(&mut t, |t| t.cancel(key))?;
        }
        sent += if matches!(key % 10, 3 | 7) { 2 } else { 1 };
        a.drain(&mut t)?;
    }
    let mut quiet = now_ns();
    while a.answered < sent || a.fired < count - a.cancelled - a.refused {
        if a.drain(&mut t)? {
            quiet = now_ns();
        } else if now_ns() - quiet > arguments.number("timeout-ms", 10_000) * MS {
            break;
        } else {
            t.wait(Duration::from_millis(5))?;
        }
    }
    Ok(report(&[
        ("armed", a.armed),
        ("rearmed", a.rearmed),
        ("cancelled", a.cancelled),
        ("fired", a.fired),
        ("stale", a.stale),
        ("early", a.early),
        ("lost", t.signals().lost()),
        ("refused", a.refused),
    ]))
}
