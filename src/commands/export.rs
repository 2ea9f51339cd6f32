//! `lantoa export articles`: the archive as JSON lines.

use std::process::ExitCode;

use anyhow::{Result, bail};
use futures::TryStreamExt;
use serde::Serialize;

use super::{Invocation, println_or_quit};
use crate::app::App;
use crate::archive::{self, Copy, Record, Status};
use crate::clock::Timestamp;
use crate::portal;

/// What to export.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Args {
    /// Articles, oldest change first
    Articles {
        /// Only this portal
        #[arg(long, value_name = "SLUG")]
        portal: Option<String>,
        /// First seen since this instant (RFC 3339) or day (yyyy-mm-dd)
        #[arg(long, value_name = "DATE")]
        since: Option<String>,
    },
}

/// The record as it is, people's numbers included: this is the operators' own copy, for corrections and for moving to
/// another machine, and never leaves the house by itself.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    url: &'a str,
    portal: &'a str,
    title: &'a str,
    summary: &'a str,
    text: &'a str,
    published_at: Option<Timestamp>,
    modified_at: Option<Timestamp>,
    author: &'a str,
    category: &'a str,
    image: Option<&'a str>,
    documents: &'a [String],
    story: &'a str,
    origin: bool,
    version: i64,
    status: Status,
    first_seen_at: Timestamp,
    last_seen_at: Timestamp,
    triage: Option<&'a str>,
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let Args::Articles { portal, since } = args;
    let app = App::open(context.config.clone(), context.clock()).await?;
    let pool = app.store.pool();
    if let Some(slug) = &portal
        && portal::table::find(pool, slug).await?.is_none()
    {
        bail!("cannot export `{slug}`: no such portal (see lantoa portal list)");
    }
    let since = since.as_deref().map(instant).transpose()?;
    let mut articles = archive::table::export(pool, portal.as_deref(), since);
    while let Some((article, triage)) = articles.try_next().await? {
        println_or_quit(&serde_json::to_string(&line(&article, triage.as_deref()))?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line<'a>(article: &'a Record, triage: Option<&'a str>) -> Line<'a> {
    Line {
        id: &article.id,
        url: &article.url,
        portal: &article.portal,
        title: &article.title,
        summary: &article.summary,
        text: &article.text,
        published_at: article.published_at,
        modified_at: article.modified_at,
        author: &article.author,
        category: &article.category,
        image: article.image.as_deref(),
        documents: &article.documents,
        story: &article.story,
        origin: article.copy == Copy::Origin,
        version: article.version,
        status: article.status,
        first_seen_at: article.first_seen_at,
        last_seen_at: article.last_seen_at,
        triage,
    }
}

fn instant(text: &str) -> Result<Timestamp> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    match text.parse::<jiff::civil::Date>().map(|day| day.to_zoned(crate::clock::vietnam())) {
        Ok(Ok(day)) => Ok(day.timestamp()),
        _ => bail!("cannot export: `{text}` is not a date (example: 2026-11-21 or 2026-11-21T08:37:00+07:00)"),
    }
}
