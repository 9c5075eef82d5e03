// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{symlink, FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tickbus::*;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tickbus-rust-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("it is ours");
        Folder(path)
    }

    fn bus(&self) -> String {
        self.0.join("bus").display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn open(bus: &str, slots: i64) -> Publisher {
    Publisher::open(bus, slots, Duration::from_millis(100)).expect("a bus")
}

fn publish(p: &mut Publisher, count: i64) {
    for _ in 0..count {
        p.publish(7, p.next_sequence() * 3, b"payload").expect("published");
    }
}

/// Reads all that is there, and checks that every sequence is accounted for.
fn drain(s: &mut Subscription) -> (i64, i64) {
    let (mut expected, mut received, mut lost) = (s.next_sequence(), 0, 0);
    while let Some(signal) = s.poll().expect("no error") {
        assert_eq!(expected + signal.lost, signal.sequence);
        assert_eq!((signal.sequence * 3, 7, &b"payload"[..]), (signal.key, signal.signal_id, signal.payload()));
        (received, lost, expected) = (received + 1, lost + signal.lost, signal.sequence + 1);
    }
    (received, lost)
}

fn code_of(bus: &str) -> &'static str {
    let error = Subscription::attach(bus, Options::default()).err().expect("it is refused");
    assert!(error.to_string().contains(": "), "{error}");
    error.code.name()
}

#[test]
fn should_account_for_every_signal_when_overrun() {
    let folder = Folder::new("overrun");
    let mut p = open(&folder.bus(), 64);
    let mut s = Subscription::attach(&folder.bus(), Options { oldest: true, ..Options::default() }).expect("attached");
    publish(&mut p, 50);
    assert_eq!((50, 0), drain(&mut s));
    publish(&mut p, 1000);
    assert_eq!((63, 937), drain(&mut s));
    assert_eq!((937, 1050), (s.lost(), s.next_sequence()));
}

#[test]
fn should_lose_nothing_uncounted_when_read_while_written() {
    for mode in [Mode::Spin, Mode::Park, Mode::Predict] {
        let folder = Folder::new(&format!("{mode:?}"));
        let mut p = open(&folder.bus(), 256);
        let mut s = Subscription::attach(&folder.bus(), Options { mode, ..Options::default() }).expect("attached");
        let writer = std::thread::spawn(move || publish(&mut p, 20_000));
        let (start, mut received, mut lost) = (Instant::now(), 0, 0);
        while s.next_sequence() < 20_000 && start.elapsed() < Duration::from_secs(30) {
            s.wait(Duration::from_millis(10)).expect("no error");
            let (r, l) = drain(&mut s);
            (received, lost) = (received + r, lost + l);
        }
        writer.join().expect("it publishes");
        assert_eq!((20_000, s.lost()), (received + lost, lost));
        assert_eq!(Status::Closed, s.status().expect("no error"));
    }
}

#[test]
fn should_follow_when_publisher_restarts_and_replaces() {
    let folder = Folder::new("follow");
    let mut p = open(&folder.bus(), 64);
    let mut s = Subscription::attach(&folder.bus(), Options { oldest: true, ..Options::default() }).expect("attached");
    publish(&mut p, 10);
    p.abandon(); // as if it had died
    p = open(&folder.bus(), 64);
    assert_eq!(10, p.next_sequence());
    publish(&mut p, 10);
    drop(p);
    p = open(&folder.bus(), 128); // another file
    publish(&mut p, 10);
    let (start, mut received) = (Instant::now(), 0);
    while received < 30 && start.elapsed() < Duration::from_secs(20) {
        s.wait(Duration::from_millis(1)).expect("no error");
        received += drain(&mut s).0;
    }
    assert_eq!((30, 0), (received, s.lost()));
    assert!(s.epochs() > 0);
}

#[test]
fn should_refuse_by_name_when_file_is_not_a_bus() {
    let folder = Folder::new("hostile");
    let (bus, signals) = (folder.bus(), Path::new(&folder.bus()).join("signals"));
    drop(open(&bus, 64));
    let whole = fs::read(&signals).expect("it was closed");
    let cases = [
        (0, b'X', "NOT_A_BUS"),
        (8, 9, "VERSION"),
        (12, 9, "BYTE_ORDER"),
        (16, 9, "GEOMETRY"),
        (20, 9, "GEOMETRY"),
        (24, 9, "TAMPERED"),
        (32, 9, "TRUNCATED"),
        (44, 9, "TAMPERED"),
        (55, 0xFF, "TAMPERED"),
        (48, 9, "TAMPERED"),
        (64, whole[64].wrapping_add(1), "ANOTHER_BOOT"),
        (512, 9, "TAMPERED"),
    ];
    for (at, value, name) in cases {
        let mut bytes = whole.clone();
        bytes[at] = value;
        fs::write(&signals, bytes).expect("written");
        assert_eq!(name, code_of(&bus), "offset {at}");
    }
    for length in [0, 4095, 4096, 8193] {
        fs::write(&signals, [&whole[..], &[0; 5000]].concat().split_at(length).0).expect("written");
        assert_eq!("TRUNCATED", code_of(&bus), "length {length}");
    }
    fs::remove_file(&signals).expect("removed");
    assert_eq!("ABSENT", code_of(&bus));
    symlink("/dev/null", &signals).expect("linked");
    assert_eq!("NOT_A_BUS", code_of(&bus));
    fs::set_permissions(&bus, fs::Permissions::from_mode(0o777)).expect("ours");
    assert_eq!("PERMISSION", code_of(&bus));
    assert_eq!("ARGUMENT", code_of("a bus?"));
}

#[test]
fn should_print_signals_when_examples_run() {
    let folder = Folder::new("sample");
    let example = |name: &str| {
        let program = std::env::current_exe().expect("this test").with_file_name(format!("../examples/{name}"));
        let mut command = Command::new(program);
        command.arg(folder.bus()).stdout(Stdio::piped());
        command
    };
    assert!(example("publish").status().expect("cargo test builds the examples").success());
    let mut reader = example("subscribe").spawn().expect("it starts");
    let lines = BufReader::new(reader.stdout.take().expect("it is piped")).lines().take(10);
    let lines: Vec<String> = lines.map(|line| line.expect("text")).collect();
    reader.kill().and_then(|()| reader.wait()).expect("it ends");
    let expected: Vec<String> = (0..10).map(|key| format!("{key} {key} 42 lost before it: 0")).collect();
    assert_eq!(expected, lines);
}

#[test]
fn should_refuse_second_publisher_and_notice_deletion() {
    let folder = Folder::new("second");
    let mut p = open(&folder.bus(), 64);
    let code = |slots| Publisher::open(&folder.bus(), slots, Duration::from_secs(1)).err().expect("it is refused").code;
    assert_eq!(Code::InUse, code(64));
    assert_eq!(Code::Argument, code(63));
    assert_eq!(Code::Argument, p.publish(1, 1, &[0; 13]).expect_err("too long").code);
    let connected = Timers::connect(&folder.bus(), "", Options::default(), Duration::from_millis(1));
    assert_eq!(Code::Absent, connected.err().expect("there is none").code);
    fs::remove_dir_all(folder.bus()).expect("deleted");
    assert_eq!(Code::Absent, p.heartbeat().expect_err("it is gone").code);
}

#[test]
fn should_keep_lock_when_asked_for_status_by_another_path() {
    let folder = Folder::new("link");
    let link = folder.0.join("link");
    symlink(folder.0.parent().expect("it has one"), &link).expect("linked");
    let p = Publisher::open(&folder.bus(), 64, Duration::MAX).expect("a bus");
    let other = link.join(folder.0.file_name().expect("it has one")).join("bus").display().to_string();
    let mut s = Subscription::attach(&other, Options::default()).expect("attached");
    let signals = fs::OpenOptions::new().write(true).open(Path::new(&folder.bus()).join("signals")).expect("ours");
    signals.write_all_at(&[0; 16], 192).expect("no heartbeat: the lock decides");
    assert_eq!(Status::Stalled, s.status().expect("no error"));
    assert_eq!(Code::InUse, Publisher::open(&other, 64, Duration::from_secs(1)).err().expect("it is refused").code);
    let inode = fs::metadata(Path::new(&folder.bus()).join("lock")).expect("it is there").ino();
    let place = format!(":{inode} ");
    let locks = fs::read_to_string("/proc/locks").expect("text");
    assert!(locks.lines().any(|line| line.contains(&place)), "{locks}");
    drop(p);
}

#[test]
fn should_count_again_when_another_bus_has_the_name() {
    let folder = Folder::new("again");
    let mut p = open(&folder.bus(), 64);
    let mut s = Subscription::attach(&folder.bus(), Options { oldest: true, ..Options::default() }).expect("attached");
    publish(&mut p, 100);
    drain(&mut s);
    assert_eq!((37, 0), (s.lost(), s.rejoined()));
    p.abandon();
    fs::remove_dir_all(folder.bus()).expect("deleted");
    p = open(&folder.bus(), 64);
    publish(&mut p, 10);
    let (start, mut received) = (Instant::now(), 0);
    while received < 10 && start.elapsed() < Duration::from_secs(20) {
        s.wait(Duration::MAX).expect("no error");
        while let Some(signal) = s.poll().expect("no error") {
            assert_eq!(received, signal.sequence);
            received += 1;
        }
    }
    assert_eq!((10, 0, 1, 10), (received, s.lost(), s.rejoined(), s.next_sequence()));
}

#[test]
fn should_wait_for_daemon_when_told_to_wait_for_ever() {
    let folder = Folder::new("ever");
    let bus = folder.bus();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(Timers::connect(&bus, "", Options::default(), Duration::MAX).map(drop)));
    assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err(), "it waits");
}
