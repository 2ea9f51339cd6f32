//! The sample that is carried along: JSON lines of an input, as `inspect` takes it, and what has to be in the answer.
//! `robots`, `body` and `body_b64` stand for the encoded text and the file that `inspect` wants.

use std::path::Path;

use data_encoding::BASE64;
use serde_json::Value;

use crate::{NOW, Tally, inspect, text};

fn check(what: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/conformance/{what}.jsonl"));
    let lines = std::fs::read_to_string(&file).unwrap();
    let cases: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let home = tempfile::tempdir().unwrap();
    let inputs: Vec<Value> = cases.iter().map(|case| input(case, home.path())).collect();
    let mut tally = Tally::of("sample", &[]);
    for (case, found) in cases.iter().zip(inspect(what, &inputs)) {
        tally.count(text(case, "id"), holds(&found, &case["expect"]), || format!("{what} {case} found {found}"));
    }
    tally.none_but_known();
}

fn input(case: &Value, home: &Path) -> Value {
    let mut input = case["input"].clone();
    let fields = input.as_object_mut().unwrap();
    if let Some(robots) = fields.remove("robots") {
        fields.insert("robots_b64".into(), BASE64.encode(robots.as_str().unwrap().as_bytes()).into());
    }
    let body = fields.remove("body").map(|body| body.as_str().unwrap().as_bytes().to_vec());
    let packed = fields.remove("body_b64").map(|body| BASE64.decode(body.as_str().unwrap().as_bytes()).unwrap());
    if let Some(body) = body.or(packed) {
        let path = home.join(text(case, "id"));
        std::fs::write(&path, body).unwrap();
        fields.insert("path".into(), path.to_str().unwrap().into());
    }
    if fields.contains_key("text") {
        fields.entry("now").or_insert_with(|| NOW.into());
    }
    input
}

/// Whether everything that is expected is there; more may be. `true` stands for any value, instants compare as such.
fn holds(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(key, expected)| found.get(key).is_some_and(|found| holds(found, expected)))
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(found, expected)| holds(found, expected))
        }
        (found, Value::Bool(true)) if !found.is_boolean() => !found.is_null(),
        (found, expected) => found == expected || instant(found).is_some_and(|at| instant(expected) == Some(at)),
    }
}

fn instant(value: &Value) -> Option<jiff::Timestamp> {
    value.as_str()?.parse().ok()
}

#[test]
fn robots() {
    check("robots");
}

#[test]
fn feeds() {
    check("feed");
}

#[test]
fn sitemaps() {
    check("sitemap");
}

#[test]
fn urls() {
    check("url");
}

/// Every form in which portals are known to write a date, and what has to be refused.
#[test]
fn dates() {
    check("date");
}

#[test]
fn documents() {
    check("documents");
}

#[test]
fn charsets() {
    check("charset");
}
