// SPDX-License-Identifier: Apache-2.0

//! A client against a socket that answers HELLO as it is told, and a ring of replies that the test writes.
use crate::files::{word, BYTE_ORDER, HEADER, REPLIES, VERSION};
use crate::{Code, Options, Publisher, Timer, Timers};
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::time::Duration;

struct Bus {
    folder: PathBuf,
    publisher: Publisher,
}

impl Drop for Bus {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).ok();
    }
}

const REPLY_SLOTS: u64 = 64;

/// Answers one connection by each kind and session or reason.
fn answering(name: &str, answers: &[(u64, u64)]) -> Bus {
    let folder = std::env::temp_dir().join(format!("tickbus-rust-unit-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("it is ours");
    let bus = folder.join("bus");
    let publisher = Publisher::open(&bus.display().to_string(), 64, Duration::from_secs(3600)).expect("a bus");
    let signals = crate::files::map_signals(&bus.join("signals"), crate::sys::user(), false).expect("signals");
    let length = HEADER + 256 + 64 * REPLY_SLOTS;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(bus.join("replies")).expect("replies");
    file.set_len(length).expect("its length");
    let identity = [signals.load(word::HISTORY) as u64, signals.load(word::EPOCH) as u64];
    let words = [REPLIES.0, REPLIES.1 | BYTE_ORDER << 32, HEADER | 64 << 32, REPLY_SLOTS, length, 1, 0, 0];
    for (i, word) in words.iter().chain(&identity).enumerate() {
        file.write_all_at(&word.to_le_bytes(), 8 * i as u64).expect("its header");
    }
    let server = UnixListener::bind(bus.join("control")).expect("a socket");
    let answers = answers.to_vec();
    std::thread::spawn(move || {
        for (kind, value) in answers {
            let (mut client, _) = server.accept().expect("a client");
            let mut m = [0; 128];
            client.read_exact(&mut m).expect("its HELLO");
            m[8..16].copy_from_slice(&(VERSION | kind << 32).to_le_bytes());
            m[48..72].fill(0);
            m[48..56].copy_from_slice(&value.to_le_bytes());
            m[64] = 64; // the window
            client.write_all(&m).expect("it reads");
            std::mem::forget(client);
        }
    });
    Bus { folder, publisher }
}

fn connect(bus: &Bus) -> crate::Result<Timers> {
    Timers::connect(&bus.folder.join("bus").display().to_string(), "", Options::default(), Duration::from_secs(5))
}

#[test]
fn should_connect_again_when_hello_came_late() {
    let bus = answering("late", &[(3, 14), (3, 15), (2, 7 << 32)]);
    assert_eq!(7, connect(&bus).expect("the third answer is WELCOME").owner());
    let bus = answering("quota", &[(3, 10)]);
    let error = connect(&bus).err().expect("it is rejected");
    assert_eq!((Code::Disconnected, true), (error.code, error.to_string().contains("reason 10")));
}

#[test]
fn should_keep_earlier_arming_when_a_later_one_is_refused() {
    let mut bus = answering("refused", &[(2, 7 << 32)]);
    let mut timers = connect(&bus).expect("it is welcome");
    let replies = OpenOptions::new().write(true).open(bus.folder.join("bus/replies")).expect("replies");
    let connection = timers.connection.as_mut().expect("connected");
    connection.uuid = [0; 2]; // as in the file
    let at = 8 * connection.ring.start as u64;
    let mut generations = vec![];
    for _ in 0..3 {
        timers.arm(&Timer { key: 5, payload: b"payload", ..Timer::default() }).expect("armed");
        generations.push(timers.armings[&5].latest);
    }
    let answer = |timers: &mut Timers, command: u64, code: u64| {
        let words = [command + 1, command, 5, 0, 0, code, 0, 0];
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        replies.write_all_at(&bytes, at + 64 * command).expect("a reply");
        let reply = timers.reply().expect("no error").expect("there is one");
        assert_eq!((command, code), (reply.command as u64, reply.code as u64));
    };
    answer(&mut timers, 0, 1); // ARMED
    answer(&mut timers, 1, 6); // INVALID
    assert_eq!(generations[2], timers.armings[&5].latest);
    answer(&mut timers, 2, 5); // FULL
    assert_eq!(generations[0], timers.armings[&5].latest);
    timers.cancel(5).expect("cancelled");
    assert_eq!(0, timers.armings[&5].latest);
    answer(&mut timers, 3, 2); // CANCELLED
    assert!(timers.armings.is_empty());
    bus.publisher.heartbeat().expect("it is there");
}
