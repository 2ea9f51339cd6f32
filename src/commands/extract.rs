//! `lantoa extract`: one page, or a list of pages on standard input, to article JSON.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use url::Url;

use super::{Invocation, print_json};
use crate::clock::{Clock, Timestamp, vietnam};
use crate::extract::{self, Extracted, Hints};
use crate::fetch::{Fetched, Fetcher, Request, What, decode};

/// Options of `lantoa extract`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Saved page; without it the page is fetched from --url
    file: Option<PathBuf>,
    /// Where the page is
    #[arg(long)]
    url: Option<String>,
    /// Read lines `PATH<TAB>URL` from standard input, print one JSON line for each
    #[arg(long, conflicts_with_all = ["file", "url"])]
    batch: bool,
    /// Say where each field was found
    #[arg(long)]
    explain: bool,
}

/// One page as scripts read it.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    url: Option<String>,
    title: &'a str,
    text: String,
    date: Option<String>,
    author: &'a str,
    summary: &'a str,
    image: Option<&'a str>,
    category: &'a str,
    language: &'a str,
    documents: &'a [String],
    attachments: &'a [extract::Attachment],
    modified: Option<String>,
    noarchive: bool,
    problems: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cited: Option<&'a [crate::vietnamese::document::Citation]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A page without an address of its own still needs one to resolve its links against.
const NOWHERE: &str = "http://localhost/";

impl Args {
    pub(super) fn needs_network(&self) -> bool {
        !self.batch && self.file.is_none()
    }
}

pub(super) fn offline(args: &Args, _json: bool) -> Result<ExitCode> {
    let now = Clock::System.now();
    if args.batch {
        return batch(now);
    }
    let Some(file) = &args.file else { bail!("cannot extract: give a FILE, --url URL or --batch") };
    let url = address(args.url.as_deref())?;
    let body = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let read = read(&body, None, &url, now);
    print_json(&line(None, args.url.is_some().then_some(&url), &read, args.explain))?;
    Ok(outcome(&read))
}

pub(super) async fn online(context: Invocation, args: Args) -> Result<ExitCode> {
    let Some(text) = &args.url else { bail!("cannot extract: give a FILE, --url URL or --batch") };
    let url = crate::portal::import::address(text).map_err(anyhow::Error::msg)?;
    let fetcher = Fetcher::new(context.config.fetch.clone(), context.clock())?;
    let request = Request { url: &url, what: What::Page, validators: None, home: &url, delay: None };
    let page = match fetcher.get(request).await {
        Ok(Fetched::Page(page)) => page,
        Ok(Fetched::NotModified) => bail!("cannot fetch {url}: the server said not modified"),
        Err(cause) => {
            eprintln!("error: cannot fetch {url}: {cause}");
            return Ok(ExitCode::from(1));
        }
    };
    let read = read(&page.body, page.content_type.as_deref(), &page.url, context.clock().now());
    print_json(&line(None, Some(&page.url), &read, args.explain))?;
    Ok(outcome(&read))
}

fn batch(now: Timestamp) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let mut troubled = false;
    for input in std::io::stdin().lock().lines() {
        let input = input.context("cannot read standard input")?;
        if input.trim().is_empty() {
            continue;
        }
        let (path, url) = input.split_once('\t').unwrap_or((&input, ""));
        let printed = match one(path, url, now) {
            Ok(read) => serde_json::to_string(&line(Some(path), None, &read, false)),
            Err(cause) => {
                troubled = true;
                serde_json::to_string(&serde_json::json!({ "path": path, "error": format!("{cause:#}") }))
            }
        };
        let printed = printed.context("cannot write JSON")?;
        // Each line is flushed: who asked may wait for it before asking again.
        match writeln!(out, "{printed}").and_then(|()| out.flush()) {
            Err(cause) if cause.kind() == std::io::ErrorKind::BrokenPipe => break,
            other => other.context("cannot write to standard output")?,
        }
    }
    Ok(if troubled { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn one(path: &str, url: &str, now: Timestamp) -> Result<Extracted> {
    let url = address((!url.is_empty()).then_some(url))?;
    let body = std::fs::read(Path::new(path)).with_context(|| format!("cannot read {path}"))?;
    Ok(read(&body, None, &url, now))
}

fn address(url: Option<&str>) -> Result<Url> {
    crate::portal::import::address(url.unwrap_or(NOWHERE)).map_err(anyhow::Error::msg)
}

fn read(body: &[u8], content_type: Option<&str>, url: &Url, now: Timestamp) -> Extracted {
    let decoded = decode(body, content_type);
    let mut read = extract::article(&decoded.text, url, &Hints::default(), None, now);
    if decoded.doubtful {
        read.problems.push(format!("the encoding is doubtful, read as {}", decoded.encoding));
    }
    read
}

fn line<'a>(path: Option<&'a str>, url: Option<&Url>, read: &'a Extracted, explain: bool) -> Line<'a> {
    let article = &read.article;
    let mut problems: Vec<&str> = read.problems.iter().map(String::as_str).collect();
    problems.extend(read.not_an_article.as_deref());
    let sources = explain
        .then(|| read.sources.iter().map(|(field, source)| ((*field).to_owned(), source.as_str().into())).collect());
    Line {
        path,
        url: article.canonical.as_ref().or(url).map(Url::to_string),
        title: &article.title,
        text: read.full_text(),
        date: read.published_at(),
        author: &article.author,
        summary: &article.summary,
        image: article.image.as_ref().map(Url::as_str),
        category: &article.category,
        language: &article.language,
        documents: &article.documents,
        attachments: &article.attachments,
        modified: article.modified.map(rfc3339),
        noarchive: article.noarchive,
        problems,
        cited: explain.then_some(article.citations.as_slice()),
        sources,
    }
}

/// `2026-11-21T08:37:00+07:00`: an instant as its portal would write it.
pub(super) fn rfc3339(at: Timestamp) -> String {
    at.to_zoned(vietnam()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn outcome(read: &Extracted) -> ExitCode {
    if read.not_an_article.is_some() { ExitCode::from(1) } else { ExitCode::SUCCESS }
}
