//! What `lantoa inspect` makes of the inputs of public suites: the real binary is asked as an operator or a grader asks
//! it. The sample in `fixtures/conformance` always runs; the suites themselves where they are kept beside the repository.
//! `docs/conformance.md` tells the figures, and the cases that are failed knowingly, which stand in these files too.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod charsets;
mod dates;
mod feeds;
mod robots;
mod sample;
mod sitemaps;
mod urls;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The noon at which everything is read.
const NOW: &str = "2026-11-20T05:00:00Z";

/// One answer of `lantoa inspect WHAT --batch` for each input, in order.
fn inspect(what: &str, inputs: &[Value]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lantoa"));
    command.args(["inspect", what, "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut asked = child.stdin.take().unwrap();
    let lines: String = inputs.iter().map(|input| format!("{input}\n")).collect();
    let writer = std::thread::spawn(move || asked.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "inspect {what} ended with {}", output.status);
    let answers: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), inputs.len(), "inspect {what} gives one line for each");
    answers
}

/// A file of the public suites, or nothing where they are absent.
fn suite(name: &str) -> Option<Vec<Value>> {
    let Ok(text) = std::fs::read_to_string(folder().join(name)) else {
        println!("skipped: ../shared is absent");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Counts the cases of one suite. Those in `known` may fail, with the reason that is written there.
struct Tally {
    suite: &'static str,
    known: &'static [(&'static str, &'static str)],
    cases: usize,
    passed: usize,
    surprises: Vec<String>,
}

impl Tally {
    fn of(suite: &'static str, known: &'static [(&'static str, &'static str)]) -> Self {
        Self { suite, known, cases: 0, passed: 0, surprises: Vec::new() }
    }

    fn count(&mut self, id: &str, good: bool, what: impl FnOnce() -> String) {
        self.cases += 1;
        self.passed += usize::from(good);
        if good {
            return;
        }
        match self.known.iter().find(|(known, _)| *known == id) {
            Some((_, reason)) => println!("{} {id} fails knowingly: {reason}", self.suite),
            None => self.surprises.push(format!("{id}: {}", what())),
        }
    }

    fn none_but_known(self) {
        println!("{}: {} of {}", self.suite, self.passed, self.cases);
        assert!(self.surprises.is_empty(), "{}: {:#?}", self.suite, self.surprises);
    }

    /// For suites whose cases are too many to list: the share that has to pass or to fail knowingly, in tenths of a
    /// percent.
    fn at_least(self, permille: usize) {
        println!("{}: {} of {}, not right: {:#?}", self.suite, self.passed, self.cases, self.surprises);
        let good = self.cases - self.surprises.len();
        assert!(good * 1000 >= self.cases * permille, "{}: {} of {}", self.suite, self.passed, self.cases);
    }
}
