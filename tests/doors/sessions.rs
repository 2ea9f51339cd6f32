//! The first to come in, and what is open when somebody is out.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::server::House;

/// Of several that set the house up at once, one does.
#[test]
fn there_is_one_first_administrator() {
    for _ in 0..4 {
        let (house, _) = House::new(&[]);
        let folder = house.path("other");
        let folder = folder.to_str().unwrap();
        let several: Vec<_> = (0..4).map(|_| house.start(&["init", folder])).collect();
        let ends: Vec<_> = several.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let made = ends.iter().filter(|end| end.status.success()).count();
        assert_eq!(made, 1, "{ends:?}");
        let told: Vec<_> =
            ends.iter().filter(|end| String::from_utf8_lossy(&end.stdout).contains("/sign-in/")).collect();
        assert_eq!(told.len(), 1, "{ends:?}");
    }
}

/// Whoever signs out watches the desk no longer, however long the connection has been open.
#[test]
fn a_stream_ends_with_its_session() {
    let (mut house, link) = House::new(&[]);
    house.serve("warn", "text");
    let cookies = house.post(&link, "", "straight_in=1").cookies();
    let mut stream = house.connect();
    write!(stream, "GET /desk/events?seen=0 HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookies}\r\n\r\n")
        .unwrap();
    let mut begun = [0; 15];
    stream.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200 OK");
    assert_eq!(house.post("/logout", &cookies, "").status, 303);
    let out = Instant::now();
    let mut said = String::new();
    // It ends by itself, or this waits in vain.
    let _ = stream.take(1 << 20).read_to_string(&mut said);
    assert!(said.contains("event: end"), "after {:?}: {said}", out.elapsed());
    assert!(out.elapsed() < Duration::from_secs(30), "{:?}", out.elapsed());
}

/// What was looked for in the last minute before a stop is counted.
#[test]
fn the_last_searches_are_counted_at_a_stop() {
    let (mut house, link) = House::new(&[]);
    house.serve("warn", "text");
    assert_eq!(house.get("/search?q=tra+cuu+bien+so", "").status, 200);
    house.close();
    house.serve("warn", "text");
    let cookies = house.post(&link, "", "straight_in=1").cookies();
    let table = house.get("/console/unanswered.csv", &cookies);
    assert!(table.body.contains("tra cuu bien so"), "{}", table.body);
}
