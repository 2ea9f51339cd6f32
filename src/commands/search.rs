//! `lantoa search`: the same search as the web, on a terminal.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use jiff::civil::Date;

use super::{Invocation, print_json, println_or_quit};
use crate::app::App;
use crate::clock::{Timestamp, vietnam};
use crate::index::Query;
use crate::{vietnamese, web};

/// Options of `lantoa search`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Words, with or without diacritics
    query: String,
    /// Only this portal
    #[arg(long, value_name = "SLUG")]
    portal: Vec<String>,
    /// Published on this day or later (dd/mm/yyyy or yyyy-mm-dd)
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Published on this day or earlier
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Only articles that cite this legal document
    #[arg(long, value_name = "NUMBER")]
    document: Option<String>,
    /// Hits to print, 1-100
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let app = App::open(context.config.clone(), context.clock()).await?;
    let index = app.search_index().await.context("cannot search (lantoa reindex builds the index anew)")?;
    let document = args.document.as_deref().map(|text| {
        vietnamese::document::canonical(text)
            .with_context(|| format!("cannot search: `{text}` is not a document number (example: 42/2022/NĐ-CP)"))
    });
    let query = Query {
        text: args.query,
        portals: args.portal,
        document: document.transpose()?,
        from: args.from.as_deref().map(day).transpose()?.map(start_of).transpose()?,
        to: args.to.as_deref().map(day).transpose()?.map(end_of).transpose()?,
        page: 1,
        per_page: usize::from(args.limit),
        ..Query::default()
    };
    if let (Some(from), Some(to)) = (query.from, query.to)
        && from >= to
    {
        bail!("cannot search: --from lies after --to");
    }
    let begun = Instant::now();
    let results = index.search(&query).await.context("cannot search")?;
    if context.json {
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        print_json(&web::search_answer(app.store.pool(), &query, &results, took_ms).await?)?;
        return Ok(ExitCode::SUCCESS);
    }
    for hit in &results.hits {
        println_or_quit(&format!("{}  {}", vietnamese::date::show(hit.published_at), hit.title))?;
        println_or_quit(&format!("    {} · {}", hit.portal_name, hit.url))?;
    }
    println_or_quit(&format!("{} found", results.total))?;
    Ok(ExitCode::SUCCESS)
}

fn day(text: &str) -> Result<Date> {
    Date::strptime("%d/%m/%Y", text)
        .or_else(|_| Date::strptime("%Y-%m-%d", text))
        .map_err(|_| anyhow::anyhow!("cannot search: `{text}` is not a day (example: 16/08/2023 or 2023-08-16)"))
}

fn start_of(day: Date) -> Result<Timestamp> {
    Ok(day.to_zoned(vietnam()).context("the day is outside the calendar")?.timestamp())
}

fn end_of(day: Date) -> Result<Timestamp> {
    start_of(day.tomorrow().context("the day is outside the calendar")?)
}
