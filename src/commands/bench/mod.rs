//! `lantoa bench`: measurements that anybody can repeat, each beside a named reference in the same run.

mod crawl;
mod desk;
mod relevance;
mod rules;
mod schedule;
mod search;
mod stories;
mod triage;
mod world;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;

/// What is measured.
#[derive(Debug, Subcommand)]
pub(super) enum Args {
    /// How long articles wait until a poll finds them, over a simulated year of portals
    Schedule(schedule::Args),
    /// Pages a second, processor time and memory of a whole crawl without pauses, beside plain fetching
    Crawl(crawl::Args),
    /// Articles indexed and searches answered a second, on synthetic articles, beside Meilisearch
    Search(search::Args),
    /// How well queries find what they must, beside plain Meilisearch and SQLite FTS5
    Relevance(relevance::Args),
    /// How long pages of the desk take with a full record
    Desk(desk::Args),
    /// Whether the twenty best scores of a day hold what mattered, beside newest first
    Triage(triage::Args),
    /// Whether copies of one article on several portals become one story, beside equal texts
    Stories(stories::Args),
}

pub(super) fn run(args: &Args, json: bool) -> Result<ExitCode> {
    match args {
        Args::Schedule(args) => schedule::run(args, json),
        Args::Crawl(args) => crawl::run(args, json),
        Args::Relevance(args) => runtime()?.block_on(relevance::run(args, json)),
        Args::Desk(args) => runtime()?.block_on(desk::run(args, json)),
        Args::Triage(args) => triage::run(args, json),
        Args::Stories(args) => stories::run(args, json),
        Args::Search(args) => runtime()?.block_on(search::run(args, json)),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the measurement")
}
