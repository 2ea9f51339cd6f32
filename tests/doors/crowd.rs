//! Crowds: everybody signs in at once, and clients that never finish a request.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::server::House;

/// Sign-ins at once.
const CROWD: usize = 500;
/// Memory for them beside what the server took before: each hash takes 19 MiB, so that without a bound they would take
/// more than nine gigabytes.
const MOST_KIB: u64 = 128 * 1024;
/// Connections that dawdle.
const SLOW: usize = 200;

#[test]
fn five_hundred_sign_ins_at_once_take_turns() {
    let (mut house, _) = House::new(&[("LANTOA__ACCOUNTS__FREE_FAILURES_ADDRESS", "100000")]);
    house.serve("warn", "text");
    let house = Arc::new(house);
    let before = house.memory("VmHWM");
    let began = Instant::now();
    let crowd: Vec<_> = (0..CROWD)
        .map(|number| {
            let house = Arc::clone(&house);
            // Small stacks: these threads only wait.
            let thread = std::thread::Builder::new().stack_size(256 * 1024);
            thread.spawn(move || {
                house.post("/login", "", &format!("name=nobody{number}&password=wrong+wrong+wrong")).status
            })
        })
        .map(Result::unwrap)
        .collect();
    // Meanwhile others are served.
    let (mut slowest, mut asked) = (Duration::ZERO, 0);
    while asked < 20 {
        let one = Instant::now();
        assert_eq!(house.get("/about-nothing", "").status, 404);
        (slowest, asked) = (slowest.max(one.elapsed()), asked + 1);
        std::thread::sleep(Duration::from_millis(20));
    }
    let statuses: Vec<u16> = crowd.into_iter().map(|thread| thread.join().unwrap()).collect();
    let peak = house.memory("VmHWM");
    println!(
        "{CROWD} sign-ins in {:?}, from {} to at most {} MiB, others within {slowest:?}",
        began.elapsed(),
        before / 1024,
        peak / 1024
    );
    // Who waits for longer than a request may take is told so, and nobody gets in.
    assert!(statuses.iter().all(|status| [401, 408].contains(status)), "{statuses:?}");
    assert!(statuses.iter().filter(|status| **status == 401).count() > CROWD / 4, "{statuses:?}");
    assert!(peak - before < MOST_KIB, "{} MiB", (peak - before) / 1024);
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
}

#[test]
fn who_never_finishes_a_request_is_let_go() {
    let (mut house, _) = House::new(&[]);
    house.serve("warn", "text");
    let mut slow: Vec<_> = (0..SLOW).map(|_| house.connect()).collect();
    for (number, stream) in slow.iter_mut().enumerate() {
        let said: &[u8] = if number % 2 == 0 { b"GET / HTTP/1.1\r\nhost: x\r\nx: " } else { b"G" };
        stream.write_all(said).unwrap();
    }
    let began = Instant::now();
    assert_eq!(house.get("/login", "").status, 200);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    for stream in &mut slow {
        let mut said = Vec::new();
        // Closed, with or without a word.
        let _ = stream.read_to_end(&mut said);
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
    assert_eq!(house.get("/login", "").status, 200);
}
