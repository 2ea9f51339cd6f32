//! `lantoa bench crawl`: made-up portals on loopback, or those of a list, crawled without pauses into an empty folder;
//! beside it, in the same run, plain fetching of the same addresses.
//!
//! The web is served by this process; each measurement runs in a child of its own, so that its processor time and its
//! memory are those of the work alone. Nothing leaves the machine but what `--web` names.

mod cost;
mod job;
mod pages;
mod web;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use self::job::{Fetched, Job, Measured};
use self::pages::Site;
use crate::commands::{memory, println_or_quit};

/// Options of `lantoa bench crawl`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Made-up portals
    #[arg(long, default_value_t = 20)]
    portals: usize,
    /// Articles of each
    #[arg(long, default_value_t = 240)]
    articles: usize,
    /// Another number makes other articles
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Crawl the portals of this list (as for `portal import`, addresses on loopback) instead of made-up ones
    #[arg(long, value_name = "FILE", conflicts_with_all = ["portals", "articles", "seed"])]
    web: Option<PathBuf>,
    /// Instead: so many portals, visited once and then polled again while each answers "not modified"
    #[arg(long, value_name = "PORTALS", conflicts_with_all = ["portals", "articles", "web"])]
    unchanged: Option<usize>,
    /// What a child does
    #[arg(long, hide = true, value_enum)]
    job: Option<Job>,
    /// Where a child works
    #[arg(long, hide = true, requires = "job")]
    folder: Option<PathBuf>,
}

/// What was measured, for `--json`.
#[derive(Debug, Serialize)]
struct Outcome {
    crawl: Measured,
    fetching_only: Fetched,
    /// Wall time of a page in the crawl, divided by that of one that is only fetched.
    ratio: f64,
}

/// The list that a child reads, in its folder.
const LIST: &str = "portals.csv";

pub(super) fn run(args: &Args, json: bool) -> Result<ExitCode> {
    if let (Some(job), Some(folder)) = (args.job, &args.folder) {
        return job::run(job, folder);
    }
    let folder = tempfile::tempdir().context("cannot make a folder to work in")?;
    if let Some(portals) = args.unchanged {
        unchanged(portals, args.seed, folder.path(), json)
    } else {
        crawl(args, folder.path(), json)
    }
}

fn crawl(args: &Args, folder: &Path, json: bool) -> Result<ExitCode> {
    let site = Site { portals: args.portals, articles: args.articles, seed: args.seed };
    let list = folder.join(LIST);
    let made_up = match &args.web {
        Some(web) => {
            std::fs::copy(web, &list).with_context(|| format!("cannot read {}", web.display()))?;
            None
        }
        None => Some(serve(site, &list)?),
    };
    let crawl: Measured = child(Job::Crawl, folder)?;
    ensure!(crawl.pages > 0, "no page was read (do the portals of the list answer?)");
    let fetching_only: Fetched = child(Job::Fetch, folder)?;
    if made_up.is_some() && crawl.articles != site.articles_in_all() as u64 {
        bail!("{} of {} articles came in", crawl.articles, site.articles_in_all());
    }
    drop(made_up);
    let ratio = fetching_only.pages_per_second / crawl.pages_per_second;
    if json {
        println_or_quit(&serde_json::to_string(&Outcome { crawl, fetching_only, ratio })?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = format!(
        "crawl: {} articles from {} requests in {:.1} s, {:.0} pages a second; {:.2} ms of processor a page; peak memory {} MB\n",
        crawl.articles, crawl.pages, crawl.seconds, crawl.pages_per_second, crawl.cpu_ms_per_page, crawl.peak_mb
    );
    let _ = writeln!(
        text,
        "fetching only: {} pages in {:.1} s, {:.0} a second; {:.2} ms of processor a page; ratio {ratio:.1}",
        fetching_only.pages, fetching_only.seconds, fetching_only.pages_per_second, fetching_only.fetching_ms_per_page
    );
    let counted = crawl.reading_ms_per_page + crawl.record_ms_per_page + crawl.index_ms_per_page;
    let stages = [
        ("reading pages (its threads)", crawl.reading_ms_per_page),
        ("  extraction and sketch alone", fetching_only.reading_ms_per_page),
        ("record (its threads)", crawl.record_ms_per_page),
        ("search index (its threads)", crawl.index_ms_per_page),
        ("fetching and all the rest", crawl.cpu_ms_per_page - counted),
    ];
    for (stage, ms) in stages {
        let _ = writeln!(text, "  {stage:<31} {ms:>6.3} ms");
    }
    println_or_quit(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

fn unchanged(portals: usize, seed: u64, folder: &Path, json: bool) -> Result<ExitCode> {
    let web = serve(Site { portals, articles: 1, seed }, &folder.join(LIST))?;
    let polled: job::Polled = child(Job::Poll, folder)?;
    drop(web);
    if json {
        println_or_quit(&serde_json::to_string(&polled)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let job::Polled { portals, first, round, not_modified, peak_mb } = polled;
    println_or_quit(&format!(
        "first visits of {portals} portals: {} requests in {:.1} s, {:.2} ms of processor a request\n\
         one round, nothing new: {} requests, {not_modified} answered \"not modified\", in {:.1} s, {:.2} ms of processor a \
         request\n\
         peak memory {peak_mb} MB",
        first.requests, first.seconds, first.cpu_ms, round.requests, round.seconds, round.cpu_ms
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Serves made-up portals and writes the list of them.
fn serve(site: Site, list: &Path) -> Result<web::Web> {
    ensure!((1..=pages::MOST_PORTALS).contains(&site.portals), "give 1 to {} portals", pages::MOST_PORTALS);
    ensure!((1..=100_000).contains(&site.articles), "give 1 to 100000 articles a portal");
    let web = web::Web::serve(site)?;
    std::fs::write(list, site.list(web.port)).context("cannot write the list of portals")?;
    Ok(web)
}

/// Runs a job in a process of its own.
fn child<T: serde::de::DeserializeOwned>(job: Job, folder: &Path) -> Result<T> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let name = clap::ValueEnum::to_possible_value(&job).map(|value| value.get_name().to_owned()).unwrap_or_default();
    let (arenas, number) = memory::arenas();
    let output = Command::new(program)
        .env(arenas, number)
        .args(["bench", "crawl", "--job", &name, "--folder"])
        .arg(folder)
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start a measurement")?;
    ensure!(output.status.success(), "a measurement failed");
    serde_json::from_slice(&output.stdout).context("a measurement said nothing that can be read")
}
