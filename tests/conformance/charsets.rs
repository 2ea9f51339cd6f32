//! Encodings: what a page says of itself, what a header calls it, and Vietnamese bytes in the encodings that portals use.

use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::{Tally, inspect, suite, text};

fn ask(cases: &[Value], file: impl Fn(&Value) -> (Vec<u8>, Option<String>)) -> Vec<Value> {
    let home = tempfile::tempdir().unwrap();
    let put = |case: &Value| {
        let (body, content_type) = file(case);
        let path: &Path = &home.path().join(text(case, "id"));
        std::fs::write(path, body).unwrap();
        json!({ "path": path, "content_type": content_type })
    };
    inspect("charset", &cases.iter().map(put).collect::<Vec<_>>())
}

fn is_named(found: &Value, name: &str) -> bool {
    text(found, "encoding").eq_ignore_ascii_case(name)
}

#[test]
fn html5lib() {
    let Some(mut cases) = suite("html5lib-encoding/cases.json") else { return };
    cases.retain(|case| case["scripted"] == false);
    let answers = ask(&cases, |case| (BASE64.decode(text(case, "html_b64").as_bytes()).unwrap(), None));
    let known = &[("h5enc-082", "the page calls itself EUC-JP and is UTF-8 to the last byte: its bytes are believed")];
    let mut tally = Tally::of("html5lib-encoding", known);
    for (case, found) in cases.iter().zip(answers) {
        let good = is_named(&found, text(case, "encoding"));
        tally.count(text(case, "id"), good, || format!("{} found {}", case["encoding"], found["encoding"]));
    }
    tally.none_but_known();
}

#[test]
fn labels() {
    let Some(cases) = suite("encoding-labels/cases.json") else { return };
    let answers = ask(&cases, |case| {
        // Bytes that are letters in most encodings and cannot be UTF-8, so that the label alone decides.
        let body = if text(case, "encoding") == "utf-8" { "Huế".as_bytes() } else { b"ab \xe9\xe9 cd" };
        (body.to_vec(), Some(format!("text/html; charset={}", text(case, "label"))))
    });
    let known = &[("enclabel-027", REPLACEMENT), ("enclabel-069", REPLACEMENT)];
    let mut tally = Tally::of("encoding-labels", known);
    for (case, found) in cases.iter().zip(answers) {
        // A label that names nothing leaves the bytes to be judged, so any encoding may come out.
        let good = case["encoding"].is_null() || is_named(&found, text(case, "encoding"));
        tally.count(text(case, "id"), good, || format!("{case} found {found}"));
    }
    tally.none_but_known();
}

const REPLACEMENT: &str = "browsers show one replacement character for this old encoding; here the bytes are judged";

#[test]
fn vietnamese() {
    let Some(cases) = suite("encoding-labels/vietnamese.json") else { return };
    let answers = ask(&cases, |case| {
        let header = case["http_charset"].as_str().map(|charset| format!("text/html; charset={charset}"));
        (HEXLOWER.decode(text(case, "bytes_hex").as_bytes()).unwrap(), header)
    });
    let mut tally = Tally::of("vietnamese bytes", &[]);
    for (case, found) in cases.iter().zip(answers) {
        let good = text(&found, "text").nfc().collect::<String>() == text(case, "expect");
        tally.count(text(case, "id"), good, || format!("{case} found {found}"));
    }
    tally.none_but_known();
}
