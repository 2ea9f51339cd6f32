//! Requests that a proxy before us and we ourselves might split differently (RFC 9112, 6.3 and 11.2): whatever is
//! ambiguous is refused and the connection closed, so that no part of a body is ever taken for a request.

use crate::server::House;

/// What hides in the bodies: taken for a request, it would be counted.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n";

/// A request with these header lines before a body; then what was answered: statuses, and requests that the router saw.
#[track_caller]
fn check(house: &House, head: &str, body: &str, statuses: &[&str], seen: u64) {
    let before = house.answered();
    let said = house.raw(format!("POST /login HTTP/1.1\r\nhost: x\r\n{head}\r\n{body}").as_bytes());
    let found: Vec<&str> = said.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(found, statuses, "{head:?} {body:?}: {said}");
    assert_eq!(house.answered() - before, seen, "{head:?} {body:?}: {said}");
    assert!(!said.contains("/hidden"), "{head:?}: {said}");
}

#[test]
fn an_ambiguous_request_is_refused_and_nothing_of_it_is_another() {
    let (mut house, _) = House::new(&[]);
    house.serve("warn", "text");
    let hidden = HIDDEN.len();
    let chunked = format!("0\r\n\r\n{HIDDEN}");
    let refused = &["400"][..];

    // Two lengths that differ, one that is no number, one below nothing.
    check(&house, &format!("content-length: 0\r\ncontent-length: {hidden}\r\n"), HIDDEN, refused, 0);
    check(&house, &format!("content-length: {hidden}\r\ncontent-length: 0\r\n"), HIDDEN, refused, 0);
    check(&house, "content-length: 0, 5\r\n", HIDDEN, refused, 0);
    for length in ["-1", "+0", "0x0", "1e1", "", "99999999999999999999"] {
        check(&house, &format!("content-length: {length}\r\n"), HIDDEN, refused, 0);
    }
    // Codings that are not chunked at the end, or only look like it.
    for coding in
        ["identity", "chunked, identity", "xchunked", "chunked;q=1", "\x0bchunked", "chunked\x00", "\"chunked\""]
    {
        check(&house, &format!("transfer-encoding: {coding}\r\n"), &chunked, refused, 0);
    }
    // Names that some readers take for others.
    for line in [
        "transfer-encoding : chunked",
        "transfer encoding: chunked",
        " transfer-encoding: chunked",
        "content-length : 0",
        "x: y\r\n transfer-encoding: chunked",
        ": x",
        "content-length",
    ] {
        check(&house, &format!("{line}\r\n"), &chunked, refused, 0);
    }
    // Chunks whose sizes are none.
    for size in ["-1", "0x5", "+5", "5 5", "ffffffffffffffff1", ""] {
        check(
            &house,
            "transfer-encoding: chunked\r\nconnection: close\r\n",
            &format!("{size}\r\nhello\r\n{chunked}"),
            refused,
            1,
        );
    }
    // Said once, it is one request whatever its body holds.
    check(&house, &format!("content-length: {hidden}\r\nconnection: close\r\n"), HIDDEN, &["401"], 1);
    house.close();
}

/// A length beside chunks is the classic of the kind: whoever goes by the other one sees two requests.
#[test]
fn a_length_beside_chunks_never_makes_two_requests_of_one() {
    let (mut house, _) = House::new(&[]);
    house.serve("warn", "text");
    let chunked = format!("0\r\n\r\n{HIDDEN}");
    for head in [
        format!("content-length: {}\r\ntransfer-encoding: chunked\r\n", chunked.len()),
        format!("transfer-encoding: chunked\r\ncontent-length: {}\r\n", chunked.len()),
        format!("transfer-encoding: Chunked\r\ncontent-length: {}\r\n", chunked.len()),
        format!("transfer-encoding:\tchunked\r\ncontent-length: {}\r\n", chunked.len()),
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n".to_owned(),
        "transfer-encoding: identity\r\ntransfer-encoding: chunked\r\n".to_owned(),
        format!("content-length: 5\r\ntransfer-encoding: chunked, chunked\r\ncontent-length: {}\r\n", chunked.len()),
    ] {
        let before = house.answered();
        let said = house.raw(format!("POST /login HTTP/1.1\r\nhost: x\r\n{head}\r\n{chunked}").as_bytes());
        assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "{head:?}: {said}");
        assert!(house.answered() - before <= 1, "{head:?}: {said}");
    }
    // Bare line feeds end lines for some readers and not for others.
    let before = house.answered();
    let said =
        house.raw(b"POST /login HTTP/1.1\nhost: x\ncontent-length: 0\nconnection: close\n\nGET /hidden HTTP/1.1\n\n");
    assert!(said.matches("HTTP/1.1 ").count() <= 1 && house.answered() - before <= 1, "{said}");
    // A host that is not ours is told nothing that was made from it.
    for path in [
        "/",
        "/search?q=a",
        "/login",
        "/robots.txt",
        "/sitemap.xml",
        "/opensearch.xml",
        "/feeds/amplified.atom",
        "/nothing",
    ] {
        let said = house.raw(
            format!("GET {path} HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: evil.example\r\nx-forwarded-proto: gopher\r\nconnection: close\r\n\r\n").as_bytes(),
        );
        assert!(
            said.starts_with("HTTP/1.1 ") && !said.contains("evil.example") && !said.contains("gopher"),
            "{path}: {said}"
        );
    }
    house.close();
}
