//! `lantoa sweep`: walks one whole portal for its back-catalogue, goes on where the last run stopped, names the traps.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use indicatif::ProgressBar;
use tokio_util::sync::CancellationToken;

use super::{Invocation, print_json, println_or_quit};
use crate::app::{App, Works};
use crate::pipeline::sweep::{self, Options, Report};
use crate::portal::{self, Portal, State};

/// Options of `lantoa sweep`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The portal to walk
    #[arg(value_name = "SLUG")]
    slug: String,
    /// Pages asked for in this run, at most (default: sweep.max_pages); the next run goes on from there
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_pages: Option<u32>,
    /// Hops from the home page, at most (default: sweep.max_depth)
    #[arg(long, value_name = "N")]
    max_depth: Option<u32>,
    /// Forget where the last run stopped and begin anew
    #[arg(long)]
    fresh: bool,
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let app = App::open(context.config.clone(), context.clock()).await?;
    let portal = match portal::table::find(app.store.pool(), &args.slug).await? {
        Some(portal) if portal.state != State::Removed => portal,
        _ => bail!("cannot sweep `{}`: no such portal (see lantoa portal list)", args.slug),
    };
    if portal.state == State::Paused {
        eprintln!("portal `{}` is paused: it is swept because you ask, and stays paused", args.slug);
    }
    let mut options = app.config.sweep.clone();
    if let Some(pages) = args.max_pages {
        options.max_pages = usize::try_from(pages)?;
    }
    options.max_depth = args.max_depth.unwrap_or(options.max_depth);
    // Only one process at a time has the data folder, so no portal is swept twice at once.
    let works = app.into_works().await?;
    let swept = walk(&works, &portal, &options, args.fresh, &context.cancel).await;
    works.prune().await;
    if let Err(cause) = works.close().await {
        tracing::warn!(cause = %super::one_line(&cause), "the dedup window was not written");
    }
    let report = swept?;
    if context.cancel.is_cancelled() && !report.done {
        eprintln!("stopped before the end: what was read is kept, the next sweep goes on from there");
    }
    complain(&report);
    if context.json {
        print_json(&report)?;
    } else {
        print_tables(&report)?;
    }
    let troubled = report.problem.is_some() || report.failed > 0;
    Ok(if troubled { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Sweeps with the index worker running, and waits until the index has everything.
async fn walk(
    works: &Works,
    portal: &Portal,
    options: &Options,
    fresh: bool,
    cancel: &CancellationToken,
) -> Result<Report> {
    let worker_ends = CancellationToken::new();
    let worker = works.start_worker(&worker_ends);
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    bar.enable_steady_tick(Duration::from_millis(200));
    let show = |report: &Report| {
        bar.set_message(format!(
            "{}: {} pages, {} new articles, {} s",
            report.portal,
            report.earlier + report.pages,
            report.new,
            report.elapsed_ms / 1000
        ));
    };
    let swept = sweep::sweep(&works.visits, portal, options, fresh, cancel, &show).await;
    bar.finish_and_clear();
    worker_ends.cancel();
    let _ = worker.await;
    if let Err(cause) = works.worker.catch_up(cancel).await {
        tracing::warn!(cause = %format!("{cause:#}"), "the search index is behind the record and will catch up later");
    }
    swept
}

/// One line on standard error about what went wrong; each page that failed stands in the JSON report.
fn complain(report: &Report) {
    if let Some(problem) = &report.problem {
        eprintln!("error: cannot sweep `{}` to its end: {problem}", report.portal);
    } else if let Some(first) = report.errors.first() {
        let more = if report.failed > 1 { format!(" (and {} more)", report.failed - 1) } else { String::new() };
        let page = if first.url.is_empty() { String::new() } else { format!(" {}:", first.url) };
        eprintln!("error: portal `{}`:{page} {}{more}", report.portal, first.cause);
    }
}

fn print_tables(report: &Report) -> Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let rows = [
        ("pages read", report.pages),
        ("dealt with by earlier runs", report.earlier),
        ("new articles", report.new),
        ("changed articles", report.changed),
        ("known articles", report.known),
        ("no articles", report.not_articles),
        ("attached files read", report.attachments),
        ("closed by robots.txt", report.denied),
        ("not there", report.missing),
        ("failed", report.failed),
        ("deeper than --max-depth", report.too_deep),
        ("waiting for the next run", report.waiting),
    ];
    for (words, count) in rows {
        table.add_row([words.to_owned(), count.to_string()]);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println_or_quit(&table.to_string())?;
    if !report.traps.is_empty() {
        println_or_quit("\ntraps, left out:")?;
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["kind", "addresses", "asked", "left out", "example"]);
        for trap in &report.traps {
            let (asked, left_out) = (trap.asked.to_string(), trap.left_out.to_string());
            table.add_row([trap.kind.words(), &trap.pattern, &asked, &left_out, &trap.example]);
        }
        println_or_quit(&table.to_string())?;
    }
    let end = if report.done { "done" } else { "not done: lantoa sweep goes on from here" };
    println_or_quit(&format!(
        "\n{}: {} requests in {:.1} s, {end}",
        report.portal,
        report.requests,
        report.elapsed_ms as f64 / 1000.0
    ))
}
