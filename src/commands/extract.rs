//! `lantoa extract`: one page, or a list of pages on standard input, to article JSON.

use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use url::Url;

use super::explain::{self, Detail};
use super::{Invocation, print_json, println_or_quit};
use crate::app;
use crate::clock::{Clock, Timestamp, vietnam};
use crate::config::Config;
use crate::extract::{self, Extracted, Families, Hints};
use crate::fetch::{Fetched, Fetcher, Request, What, decode};

/// Options of `lantoa extract`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Saved page, `-` for standard input, or the address of a page
    file: Option<PathBuf>,
    /// Where the page is
    #[arg(long)]
    url: Option<String>,
    /// Read lines `PATH<TAB>URL` from standard input, print one JSON line for each
    #[arg(long, conflicts_with_all = ["file", "url"])]
    batch: bool,
    /// Show each field with where it was found, and the problems, to people
    #[arg(long, conflicts_with = "batch")]
    explain: bool,
}

/// One page as scripts read it.
#[derive(Serialize)]
pub(super) struct Line<'a> {
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
    /// Of a single page only.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    explained: Option<Explained<'a>>,
}

/// What a list of pages leaves out.
#[derive(Serialize)]
struct Explained<'a> {
    cited: &'a [crate::vietnamese::document::Citation],
    not_an_article: Option<&'a str>,
    sources: serde_json::Value,
}

/// A page without an address of its own still needs one to resolve its links against.
const NOWHERE: &str = "http://localhost/";

const USAGE: &str = "cannot extract: give a FILE (- for standard input), --url URL or --batch";

impl Args {
    /// The address to fetch, when the page is not at hand.
    fn address(&self) -> Option<&str> {
        match &self.file {
            None => self.url.as_deref(),
            Some(file) => file.to_str().filter(|name| name.starts_with("http://") || name.starts_with("https://")),
        }
    }

    pub(super) fn needs_network(&self) -> bool {
        !self.batch && self.address().is_some()
    }
}

pub(super) fn offline(args: &Args, config: &Config, json: bool) -> Result<ExitCode> {
    let now = Clock::System.now();
    let families = families(config);
    if args.batch {
        return batch(&families, now);
    }
    let Some(file) = &args.file else { bail!(USAGE) };
    let url = address(args.url.as_deref())?;
    let (html, doubt) = saved(file, config)?;
    let mut read = extract::article_of(&html, &url, &Hints::default(), None, &families, now);
    read.problems.extend(doubt);
    print(&read, args.url.is_some().then_some(&url), args.explain && !json)
}

pub(super) async fn online(context: Invocation, args: Args) -> Result<ExitCode> {
    let Some(text) = args.address() else { bail!(USAGE) };
    let url = crate::portal::import::address(text).map_err(|cause| anyhow::anyhow!("cannot extract: {cause}"))?;
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
    let families = families(&context.config);
    let read = read(&page.body, page.content_type.as_deref(), &page.url, &families, context.clock().now());
    print(&read, Some(&page.url), args.explain && !context.json)
}

/// The families that pages are read with; a file of the operator's that cannot be used is said and left out.
fn families(config: &Config) -> Families {
    let (families, problems) = app::families(&config.extract);
    for problem in problems {
        eprintln!("warning: {problem}");
    }
    families
}

fn print(read: &Extracted, url: Option<&Url>, to_people: bool) -> Result<ExitCode> {
    if to_people {
        println_or_quit(&explain::lines(read, Detail::Full).join("\n"))?;
    } else {
        print_json(&line(None, url, read))?;
    }
    Ok(outcome(read))
}

/// A saved page as text, and what is doubtful about its encoding.
pub(super) fn saved(file: &Path, config: &Config) -> Result<(String, Option<String>)> {
    let most = config.fetch.page_max_mb.saturating_mul(1 << 20);
    let mut body = Vec::new();
    let name = if file.as_os_str() == "-" { "standard input".to_owned() } else { file.display().to_string() };
    let trouble = || format!("cannot read {name}");
    if file.as_os_str() == "-" {
        std::io::stdin().lock().take(most + 1).read_to_end(&mut body).with_context(trouble)?;
    } else {
        let opened = std::fs::File::open(file).with_context(trouble)?;
        opened.take(most + 1).read_to_end(&mut body).with_context(trouble)?;
    }
    if body.len() as u64 > most {
        bail!("cannot extract {name}: it is larger than {} MB (fetch.page_max_mb)", config.fetch.page_max_mb);
    }
    let kind =
        [(&b"%PDF"[..], "a PDF"), (b"PK\x03\x04", "a ZIP or Office file"), (b"\xd0\xcf\x11\xe0", "an Office file")];
    if let Some((_, kind)) = kind.iter().find(|(sign, _)| body.starts_with(sign)) {
        bail!("cannot extract {name}: it is {kind}, not an HTML page");
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        bail!("cannot extract {name}: it is empty");
    }
    let decoded = decode(&body, None);
    let doubt = decoded.doubtful.then(|| format!("the encoding is doubtful, read as {}", decoded.encoding));
    Ok((decoded.text, doubt))
}

fn batch(families: &Families, now: Timestamp) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let mut troubled = false;
    for input in std::io::stdin().lock().lines() {
        let input = input.context("cannot read standard input")?;
        if input.trim().is_empty() {
            continue;
        }
        let (path, url) = input.split_once('\t').unwrap_or((&input, ""));
        let printed = match one(path, url, families, now) {
            Ok(read) => serde_json::to_string(&Line { explained: None, ..line(Some(path), None, &read) }),
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

fn one(path: &str, url: &str, families: &Families, now: Timestamp) -> Result<Extracted> {
    let url = address((!url.is_empty()).then_some(url))?;
    let body = std::fs::read(Path::new(path)).with_context(|| format!("cannot read {path}"))?;
    Ok(read(&body, None, &url, families, now))
}

pub(super) fn address(url: Option<&str>) -> Result<Url> {
    let url = url.unwrap_or(NOWHERE);
    crate::portal::import::address(url).map_err(|cause| anyhow::anyhow!("cannot extract: {cause}"))
}

fn read(body: &[u8], content_type: Option<&str>, url: &Url, families: &Families, now: Timestamp) -> Extracted {
    let decoded = decode(body, content_type);
    let mut read = extract::article_of(&decoded.text, url, &Hints::default(), None, families, now);
    if decoded.doubtful {
        read.problems.push(format!("the encoding is doubtful, read as {}", decoded.encoding));
    }
    read
}

pub(super) fn line<'a>(path: Option<&'a str>, url: Option<&Url>, read: &'a Extracted) -> Line<'a> {
    let article = &read.article;
    let mut problems: Vec<&str> = read.problems.iter().map(String::as_str).collect();
    problems.extend(read.not_an_article.as_deref());
    let not_an_article = read.not_an_article.as_deref();
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
        explained: Some(Explained { cited: &article.citations, not_an_article, sources: explain::sources(read) }),
    }
}

/// `2026-11-21T08:37:00+07:00`: an instant as its portal would write it.
pub(super) fn rfc3339(at: Timestamp) -> String {
    at.to_zoned(vietnam()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn outcome(read: &Extracted) -> ExitCode {
    if read.not_an_article.is_some() { ExitCode::from(1) } else { ExitCode::SUCCESS }
}
