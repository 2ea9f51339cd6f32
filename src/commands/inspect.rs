//! `lantoa inspect`: what lantoa makes of one input, for operators and tests. Reads JSON, writes JSON, asks no network.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{one_line, println_or_quit};
use crate::clock::{Clock, Timestamp};
use crate::fetch::robots::Robots;
use crate::{discover, fetch, portal, vietnamese};

/// Options of `lantoa inspect`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What the input is
    #[arg(value_enum)]
    what: What,
    /// The input as one JSON object; the fields depend on what it is
    input: Option<String>,
    /// Read JSON lines from standard input, print one JSON line for each
    #[arg(long, conflicts_with = "input")]
    batch: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum What {
    /// {"robots_b64","agent","url"}
    Robots,
    /// {"path","url","headers"}
    Feed,
    /// {"path","url"}
    Sitemap,
    /// {"url","base"}
    Url,
    /// {"text","now"}
    Date,
    /// {"text"}
    Documents,
    /// {"path","content_type"}
    Charset,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let now = Clock::System.now();
    if let Some(input) = &args.input {
        println_or_quit(&inspect(args.what, input, now)?.to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = std::io::stdout().lock();
    let mut troubled = false;
    for line in std::io::stdin().lock().lines() {
        let line = line.context("cannot read standard input")?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = inspect(args.what, &line, now).unwrap_or_else(|cause| {
            troubled = true;
            json!({ "error": one_line(&cause) })
        });
        writeln!(out, "{answer}").and_then(|()| out.flush()).context("cannot write to standard output")?;
        if !args.batch {
            break;
        }
    }
    Ok(if troubled { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn inspect(what: What, line: &str, now: Timestamp) -> Result<Value> {
    match what {
        What::Robots => robots(&read(line)?),
        What::Feed => feed(&read(line)?, now),
        What::Sitemap => sitemap(&read(line)?, now),
        What::Url => Ok(address(&read(line)?)),
        What::Date => Ok(date(&read(line)?, now)),
        What::Documents => {
            let Text { text, .. } = read(line)?;
            let cited = vietnamese::document::citations(&text);
            let numbers: Vec<&str> = cited.iter().map(|cited| cited.number.as_str()).collect();
            Ok(json!({ "documents": numbers, "cited": cited }))
        }
        What::Charset => charset(&read(line)?),
    }
}

fn read<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T> {
    serde_json::from_str(line).context("cannot read the input as JSON")
}

#[derive(Deserialize)]
struct RobotsInput {
    robots_b64: String,
    agent: String,
    url: String,
}

fn robots(input: &RobotsInput) -> Result<Value> {
    let bytes = data_encoding::BASE64.decode(input.robots_b64.as_bytes()).context("cannot read robots_b64")?;
    let robots = Robots::parse(&bytes);
    Ok(json!({
        "allowed": robots.allows(&input.agent, &input.url),
        "crawl_delay": robots.crawl_delay(&input.agent).map(|delay| delay.as_secs_f64()),
        "sitemaps": robots.sitemaps(),
    }))
}

#[derive(Deserialize)]
struct File {
    path: PathBuf,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
    #[serde(default)]
    content_type: Option<String>,
}

impl File {
    fn body(&self) -> Result<Vec<u8>> {
        std::fs::read(&self.path).with_context(|| format!("cannot read {}", self.path.display()))
    }

    /// Where the file was found; a path alone is one of this machine.
    fn address(&self) -> Result<Url> {
        let url = self.url.as_deref().unwrap_or("/");
        let here = Url::parse("http://localhost/")?;
        here.join(url).with_context(|| format!("`{url}` is no address"))
    }

    fn content_type(&self) -> Option<&str> {
        let header = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        self.content_type.as_deref().or_else(|| header.and_then(|(_, value)| value.as_str()))
    }
}

fn feed(file: &File, now: Timestamp) -> Result<Value> {
    let feed = discover::feed(&file.body()?, file.content_type(), &file.address()?, now);
    let entries: Vec<Value> = feed
        .entries
        .iter()
        .map(|entry| {
            json!({
                "id": entry.id,
                "title": entry.title,
                // As other readers show it: an identifier that is an address stands for a link that is not there
                // (RSS 2.0, `guid`). Nothing but http is ever asked for.
                "link": entry.link.clone().or_else(|| Url::parse(&entry.id).ok()),
                "published": entry.published.or(entry.updated),
            })
        })
        .collect();
    Ok(json!({ "title": feed.title, "entries": entries, "problems": feed.problems }))
}

fn sitemap(file: &File, now: Timestamp) -> Result<Value> {
    let sitemap = discover::sitemap(&file.body()?, &file.address()?, now);
    let urls: Vec<Value> = sitemap
        .leads
        .iter()
        .map(|lead| json!({ "loc": lead.url, "lastmod": lead.modified.or(lead.published) }))
        .collect();
    let sitemaps: Vec<&Url> = sitemap.sitemaps.iter().map(|(url, _)| url).collect();
    Ok(json!({ "urls": urls, "sitemaps": sitemaps, "problems": sitemap.problems }))
}

#[derive(Deserialize)]
struct Address {
    url: String,
    #[serde(default)]
    base: Option<String>,
}

fn address(input: &Address) -> Value {
    // An address that is whole needs no base, not even a sound one.
    let base = input.base.as_deref().and_then(|base| Url::parse(base).ok());
    let parsed = Url::options().base_url(base.as_ref()).parse(&input.url);
    match parsed {
        Ok(url) => json!({ "url": portal::canonical_url(&url) }),
        Err(cause) => json!({ "error": format!("`{}` is no address: {cause}", input.url) }),
    }
}

#[derive(Deserialize)]
struct Text {
    text: String,
    #[serde(default)]
    now: Option<String>,
}

fn date(input: &Text, now: Timestamp) -> Value {
    let now = input.now.as_deref().and_then(|now| now.parse().ok()).unwrap_or(now);
    let machine = vietnamese::date::read_machine(&input.text).filter(|dated| is_sensible(dated.at, now));
    let dated = match is_address(&input.text) {
        true => vietnamese::date::in_url(&input.text, now),
        false => machine.or_else(|| vietnamese::date::read(&input.text, now)),
    };
    json!({ "date": dated.map(|dated| super::extract::rfc3339(dated.at)) })
}

/// The day of an article may stand in its path, where a number that is none would pass for one elsewhere.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    let starts = text.strip_prefix('/').is_some_and(|rest| !rest.starts_with("Date(")) || text.contains("://");
    starts && !text.contains(char::is_whitespace)
}

/// The bounds that extraction puts on what a machine wrote.
fn is_sensible(at: Timestamp, now: Timestamp) -> bool {
    let earliest = Timestamp::from_second(788_893_200).unwrap_or(Timestamp::UNIX_EPOCH);
    at >= earliest && at <= now + jiff::SignedDuration::from_hours(24)
}

fn charset(file: &File) -> Result<Value> {
    let body = file.body()?;
    if body.is_empty() {
        return Err(anyhow!("{} is empty", file.path.display()));
    }
    let decoded = fetch::decode(&body, file.content_type());
    Ok(json!({ "encoding": decoded.encoding, "text": decoded.text, "doubtful": decoded.doubtful }))
}
