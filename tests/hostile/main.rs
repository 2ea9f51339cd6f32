//! Portals as an enemy or an accident would make them, all at once and put to the real binary: each ends in words that
//! an operator can use, none delays another, memory and time stay within their bounds, and nothing panics.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod gallery;
mod pages;
mod server;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gallery::{GALLERY, page};
use serde_json::Value;
use server::{Act, Server, said};
use tempfile::TempDir;

/// Peak memory of a crawl of all of them, in MB. The index worker alone may take 100.
const MEMORY_MB: u64 = 400;

/// The real binary with a data folder that goes away.
struct Desk {
    home: TempDir,
}

/// A command that has ended.
struct Ended {
    report: Value,
    errors: String,
    code: Option<i32>,
    took: Duration,
    peak_mb: u64,
}

impl Desk {
    fn new(portals: &[(&str, &str)]) -> Self {
        let desk = Self { home: tempfile::tempdir().unwrap() };
        let lines: String = portals.iter().map(|(slug, url)| format!("{slug},{slug},ministry,,{url}/,\n")).collect();
        std::fs::write(desk.home.path().join("portals.csv"), format!("slug,name,kind,parent,url,feed\n{lines}"))
            .unwrap();
        assert_eq!(desk.run(&["portal", "import", "portals.csv"], 0).code, Some(0));
        desk
    }

    fn run(&self, arguments: &[&str], delay_ms: u32) -> Ended {
        let binary = std::env::var("LANTOA_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_lantoa").to_owned());
        let mut command = Command::new(binary);
        command.current_dir(self.home.path()).arg("--json").args(arguments);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANTOA__")) {
            command.env_remove(name);
        }
        let options = [
            ("FETCH__ALLOW_NETWORKS", "[\"127.0.0.1/32\"]"),
            ("FETCH__DELAY_MS", &delay_ms.to_string()),
            ("FETCH__CONNECT_TIMEOUT_S", "1"),
            ("FETCH__FIRST_BYTE_TIMEOUT_S", "1"),
            ("FETCH__TIMEOUT_S", "4"),
            ("FETCH__PAGE_MAX_MB", "2"),
            ("FETCH__FEED_MAX_MB", "4"),
            ("CRAWL__PAGES_PER_VISIT", "100"),
            ("CRAWL__PORTALS_AT_ONCE", "100"),
        ];
        for (name, value) in options {
            command.env(format!("LANTOA__{name}"), value);
        }
        let (out, errors) = (self.home.path().join("out"), self.home.path().join("errors"));
        command.stdin(Stdio::null()).stdout(std::fs::File::create(&out).unwrap());
        command.stderr(std::fs::File::create(&errors).unwrap());
        let start = Instant::now();
        let mut child = command.spawn().unwrap();
        let mut peak_mb = 0;
        let code = loop {
            peak_mb = peak_mb.max(peak_of(child.id()));
            if let Some(status) = child.try_wait().unwrap() {
                break status.code();
            }
            assert!(start.elapsed() < Duration::from_secs(120), "{arguments:?} did not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        let report = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap_or_default();
        let errors = std::fs::read_to_string(errors).unwrap();
        Ended { report, errors, code, took: start.elapsed(), peak_mb }
    }
}

/// The most memory that a process had, in MB.
fn peak_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn of<'a>(report: &'a Value, slug: &str) -> &'a Value {
    report["portals"].as_array().unwrap().iter().find(|portal| portal["portal"] == slug).unwrap()
}

#[test]
fn each_bad_portal_ends_in_words() {
    let canary = Server::start_at("127.0.0.2:0", |_, _| Some(Act::Say(said("200 OK", "", "secret"))));
    let servers: Vec<Server> = GALLERY.iter().map(|bad| Server::start(bad.serve)).collect();
    let good = Server::start(|path, _| page(path, 20));
    let mut portals: Vec<(&str, &str)> =
        GALLERY.iter().zip(&servers).map(|(bad, server)| (bad.slug, server.address.as_str())).collect();
    portals.push(("good", &good.address));
    portals.push(("inside", &canary.address));
    let desk = Desk::new(&portals);
    let ended = desk.run(&["crawl", "--all"], 0);
    println!("{} portals in {:?}, {} MB at most", portals.len(), ended.took, ended.peak_mb);
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    assert!(!ended.errors.contains("panicked"), "{}", ended.errors);

    let mut wrong = Vec::new();
    for bad in GALLERY {
        let report = of(&ended.report, bad.slug);
        let said = format!("{} {}", report["problem"], report["errors"]);
        println!(
            "{}: {} requests, {} ms, {} new: {said}",
            bad.slug, report["requests"], report["elapsed_ms"], report["new"]
        );
        if !said.contains(bad.words) || report["new"] != bad.articles {
            wrong.push(format!("{}: expected `{}` and {} articles: {report}", bad.slug, bad.words, bad.articles));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(of(&ended.report, "good")["new"], 20);
    assert!(of(&ended.report, "inside")["problem"].as_str().unwrap().contains("not a public address"));
    assert_eq!(canary.asked(), 0, "someone was sent inside");
    assert!(ended.peak_mb < MEMORY_MB, "{} MB", ended.peak_mb);
    assert!(ended.took < Duration::from_secs(45), "{:?}", ended.took);
}

/// The bad ones take their own time and their share of the processor, and nothing of the good one's.
#[test]
fn bad_portals_do_not_delay_a_good_one() {
    /// Between two requests to the good portal: its time is the pauses, on any machine.
    const PAUSE_MS: u32 = 80;
    let good = Server::start(|path, _| page(path, 30));
    let alone = Desk::new(&[("good", &good.address)]).run(&["crawl", "--all"], PAUSE_MS);
    let servers: Vec<(&str, Server)> =
        GALLERY.iter().step_by(2).map(|bad| (bad.slug, Server::start(bad.serve))).collect();
    let mut portals: Vec<(&str, &str)> =
        servers.iter().map(|(slug, server)| (*slug, server.address.as_str())).collect();
    portals.push(("good", &good.address));
    let beside = Desk::new(&portals).run(&["crawl", "--all"], PAUSE_MS);
    let took = |ended: &Ended| of(&ended.report, "good")["elapsed_ms"].as_u64().unwrap();
    let (alone, beside) = (took(&alone), took(&beside));
    println!("a good portal takes {alone} ms alone, {beside} ms beside {} bad ones", servers.len());
    assert!(beside < 2 * alone + 5_000, "{beside} ms instead of {alone}");
}
