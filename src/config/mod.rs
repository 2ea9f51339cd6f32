//! Every option: built-in defaults, then `config.toml`, then `LANTOA__SECTION__KEY` from the environment.
//!
//! A key that does not exist is refused by name. Stages never see this type; each is handed its own part.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use serde::{Deserialize, Serialize};

use crate::{accounts, archive, dedup, extract, fetch, index, pipeline, portal, schedule, triage, web};

/// The commented file that `lantoa init` writes: every option with its default.
pub const COMMENTED: &str = include_str!("../../config.toml");

/// Portals visited at once, at most: each holds a connection, and descriptors are few.
const MOST_PORTALS: usize = 10_000;

/// Address space that the reader of attached files needs before it reads the first, in MB.
const LEAST_READER_MB: u64 = 256;

/// What the variables of the environment begin with.
const PREFIX: &str = "LANTOA__";

/// Every option, each section belonging to the stage of its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where things are kept and what is logged.
    pub general: General,
    /// How portals are asked.
    pub fetch: fetch::Options,
    /// How pages are read.
    pub extract: extract::Options,
    /// How much one visit may do.
    pub crawl: pipeline::Options,
    /// How much one sweep may do.
    pub sweep: pipeline::sweep::Options,
    /// How attached files are read.
    pub attachments: pipeline::attachments::Options,
    /// When portals are visited.
    pub schedule: schedule::Options,
    /// How duplicates are recognised.
    pub dedup: dedup::Options,
    /// When something is gone.
    pub archive: archive::Options,
    /// Which search engine.
    pub index: index::Options,
    /// What deserves attention.
    pub triage: triage::Options,
    /// Sign-in and sessions.
    pub accounts: accounts::Options,
    /// The site.
    pub web: web::Options,
}

/// Where things are kept and what is logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct General {
    /// The data folder; `--data-dir` wins.
    pub data_dir: PathBuf,
    /// What is logged: `error`, `warn`, `info`, `debug`, or filters such as `lantoa=debug,tantivy=warn`.
    pub log: String,
    /// `text` for people, `json` for machines.
    pub log_format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line of words.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for General {
    fn default() -> Self {
        Self { data_dir: PathBuf::from("data"), log: "warn".to_owned(), log_format: LogFormat::Text }
    }
}

/// Reads the options. Without `file`, `config.toml` in the current folder is read when it is there.
///
/// # Errors
/// Names the file or variable, the key, and what was expected.
pub fn load(file: Option<&Path>) -> Result<Config> {
    let mut figment = Figment::new();
    match file {
        Some(file) => {
            readable(file)?;
            figment = figment.merge(Toml::file_exact(file));
        }
        None if Path::new("config.toml").exists() => {
            readable(Path::new("config.toml"))?;
            figment = figment.merge(Toml::file_exact("config.toml"));
        }
        None => {}
    }
    let mut config: Config = figment.merge(Env::prefixed(PREFIX).split("__")).extract().map_err(in_words)?;
    config.check()?;
    // The folder stands beside the file that names it, wherever the command was started.
    if let Some(beside) = file.and_then(Path::parent)
        && !config.extract.families.as_os_str().is_empty()
    {
        config.extract.families = beside.join(&config.extract.families);
    }
    Ok(config)
}

/// Says why a file cannot be read before the parser does in its own words.
fn readable(file: &Path) -> Result<()> {
    std::fs::read_to_string(file).map(drop).with_context(|| format!("cannot read the configuration {}", file.display()))
}

impl Config {
    /// Refuses values that have the right type and mean nothing.
    fn check(&self) -> Result<()> {
        self.schedule.check().context("cannot use the configuration")?;
        self.fetch.check().context("cannot use the configuration")?;
        if self.crawl.portals_at_once == 0 || self.crawl.pages_per_visit == 0 {
            bail!("cannot use the configuration: crawl.portals_at_once and crawl.pages_per_visit must be 1 or more");
        }
        if self.crawl.portals_at_once > MOST_PORTALS {
            bail!("cannot use the configuration: crawl.portals_at_once must be {MOST_PORTALS} or less");
        }
        let files = &self.attachments;
        let bounds = [
            ("max_mb", files.max_mb as u64),
            ("text_chars", files.text_chars as u64),
            ("cpu_s", files.cpu_s),
            ("wall_s", files.wall_s),
        ];
        if let Some((name, _)) = bounds.iter().find(|(_, value)| *value == 0) {
            bail!(
                "cannot use the configuration: attachments.{name} must be 1 or more (enabled = false reads no files)"
            );
        }
        if files.memory_mb < LEAST_READER_MB {
            bail!("cannot use the configuration: attachments.memory_mb must be {LEAST_READER_MB} or more");
        }
        if self.crawl.failures_in_a_row == 0 {
            bail!("cannot use the configuration: crawl.failures_in_a_row must be 1 or more, or no page is asked for");
        }
        if self.sweep.max_pages == 0 || self.sweep.barren_pages == 0 {
            bail!("cannot use the configuration: sweep.max_pages and sweep.barren_pages must be 1 or more");
        }
        if self.fetch.delay_ms > portal::MOST_DELAY_MS {
            bail!("cannot use the configuration: fetch.delay_ms must be {} or less", portal::MOST_DELAY_MS);
        }
        Ok(())
    }
}

/// figment's error as one line: what, where, and what was expected.
fn in_words(error: figment::Error) -> anyhow::Error {
    let Some(first) = error.into_iter().next() else { return anyhow!("cannot read the configuration") };
    let key = first.path.join(".");
    let place = match &first.metadata {
        Some(origin) => match &origin.source {
            Some(source) if key.is_empty() => source.to_string(),
            Some(source) => format!("{source}, key {key}"),
            None => format!("{PREFIX}{} in the environment", key.replace('.', "__").to_uppercase()),
        },
        None => format!("key {key}"),
    };
    let words = first.kind.to_string();
    // TOML shows the line and a caret below it; the place and the words are enough for one line.
    let words: Vec<_> = words.lines().filter(|line| !line.contains('|')).map(str::trim).collect();
    anyhow!("cannot read the configuration: {} (in {place})", words.join(": "))
}

#[cfg(test)]
#[expect(clippy::result_large_err, reason = "figment's Jail wants its own error type")]
mod tests {
    use super::*;

    /// What `load` makes of a file and an environment.
    fn check(file: &str, environment: &[(&str, &str)], expected: Result<&dyn Fn(&Config) -> bool, &str>) {
        figment::Jail::expect_with(|jail| {
            jail.create_file("config.toml", file)?;
            for (name, value) in environment {
                jail.set_env(name, value);
            }
            match (load(None), expected) {
                (Ok(config), Ok(holds)) => assert!(holds(&config), "{config:?}"),
                (Err(cause), Err(words)) => assert!(format!("{cause:#}").contains(words), "{cause:#}"),
                (found, _) => panic!("{found:?}"),
            }
            Ok(())
        });
    }

    #[test]
    fn later_sources_win() {
        check("", &[], Ok(&|config| *config == Config::default()));
        check("[fetch]\ndelay_ms = 5\n", &[], Ok(&|config| config.fetch.delay_ms == 5));
        check(
            "[fetch]\ndelay_ms = 5\n",
            &[("LANTOA__FETCH__DELAY_MS", "0"), ("LANTOA__FETCH__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]")],
            Ok(&|config| config.fetch.delay_ms == 0 && config.fetch.allow_networks.len() == 1),
        );
    }

    #[test]
    fn mistakes_are_named() {
        check("[fetch]\ndelai_ms = 5\n", &[], Err("unknown field: found `delai_ms`"));
        check("[fetsch]\n", &[], Err("found `fetsch`"));
        check("[fetch]\ndelay_ms = \"soon\"\n", &[], Err("key fetch.delay_ms"));
        check("[fetch\n", &[], Err("TOML parse error at line 1, column 7: invalid table header"));
        check("[fetch\n", &[], Err("config.toml)"));
        check("", &[("LANTOA__FETCH__DELAI", "1")], Err("found `delai`"));
        check("", &[("LANTOA__FETCH__DELAY_MS", "soon")], Err("(in LANTOA__FETCH__DELAY_MS in the environment)"));
        check("[crawl]\nfailures_in_a_row = 0\n", &[], Err("crawl.failures_in_a_row"));
        check("[fetch]\ndelay_ms = 9000000000000000000\n", &[], Err("fetch.delay_ms"));
        check("[schedule]\nministry = \"sometimes\"\n", &[], Err("schedule.ministry: `sometimes` is not a cron"));
    }

    #[test]
    fn the_commented_file_shows_every_default() {
        let shown: Config = toml::from_str(COMMENTED).expect("config.toml is read");
        assert_eq!(shown, Config::default());
        let all = toml::Table::try_from(Config::default()).expect("options are TOML");
        for (section, keys) in &all {
            for key in keys.as_table().expect("a section").keys() {
                let line = COMMENTED.lines().position(|line| {
                    let line = line.trim_start_matches("# ");
                    line.starts_with(&format!("{key} ="))
                });
                assert!(line.is_some(), "config.toml does not show {section}.{key}");
            }
        }
    }
}
