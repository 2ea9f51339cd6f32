//! The real binary with a data folder that goes away.

use std::collections::BTreeMap;
use std::process::{Command, Output, Stdio};

use serde::Deserialize;
use tempfile::TempDir;

/// One line of `lantoa export articles`, as far as it matters here.
#[derive(Deserialize)]
pub(crate) struct Article {
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) story: String,
    pub(crate) version: i64,
}

/// The totals of a crawl.
#[derive(Deserialize)]
pub(crate) struct Totals {
    pub(crate) new: u64,
    pub(crate) changed: u64,
}

pub(crate) struct Desk {
    home: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        // Another build of the same program may be put to the test, a release build for one.
        let binary = std::env::var("LANTOA_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_lantoa").to_owned());
        let mut command = Command::new(binary);
        command.current_dir(self.home.path()).args(arguments).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANTOA__")) {
            command.env_remove(name);
        }
        command.env("LANTOA__FETCH__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]").env("LANTOA__FETCH__DELAY_MS", "0");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
        output
    }

    pub(crate) fn register(&self, registry: &str) {
        std::fs::write(self.home.path().join("portals.csv"), registry).unwrap();
        self.run(&["portal", "import", "portals.csv"]);
    }

    pub(crate) fn crawl_to_the_end(&self) -> Totals {
        let output = self.run(&["--json", "crawl", "--all"]);
        let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        serde_json::from_value(report["totals"].take()).unwrap()
    }

    pub(crate) fn export(&self) -> Vec<u8> {
        self.run(&["export", "articles"]).stdout
    }

    pub(crate) fn record(&self) -> Vec<Article> {
        let exported = String::from_utf8(self.export()).unwrap();
        exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The version of each article.
    pub(crate) fn articles(&self) -> BTreeMap<String, i64> {
        self.record().into_iter().map(|article| (article.url, article.version)).collect()
    }

    /// How many articles the search index holds; the record is sound and nothing waits for the index.
    pub(crate) fn indexed(&self) -> usize {
        // Nobody can sign in here, which is reason enough for an exit code of 1.
        let output = self.command(&["--json", "doctor"]).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = |name: &str| {
            let checks = report["checks"].as_array().unwrap();
            let check = checks.iter().find(|check| check["check"] == name).unwrap();
            assert_eq!(check["ok"], true, "{check}");
            check["found"].as_str().unwrap().to_owned()
        };
        found("record");
        assert!(found("outbox").starts_with("0 articles"), "{report}");
        found("search index").split(' ').find_map(|word| word.parse().ok()).unwrap()
    }
}
