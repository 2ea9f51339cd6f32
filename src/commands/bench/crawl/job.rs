//! One measurement, in a process of its own: the list of portals in its folder in, numbers as JSON out.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::LIST;
use super::cost::{Threads, cpu_seconds, peak_mb};
use crate::app::{App, families};
use crate::clock::Clock;
use crate::commands::crawl::visit_all;
use crate::commands::portal::register;
use crate::commands::println_or_quit;
use crate::config::Config;
use crate::dedup::Sketch;
use crate::fetch::{Fetched as Answered, Fetcher, Page, Request, What, decode};
use crate::pipeline::Order;
use crate::portal::import::{self, Format};
use crate::portal::{Portal, table};
use crate::{archive, extract};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Job {
    /// A whole crawl into an empty folder.
    Crawl,
    /// Fetching what the crawl has archived, and nothing else; then reading some of it.
    Fetch,
    /// A first visit of each portal and a round after it.
    Poll,
}

/// What a crawl took. "A page" is a request.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) articles: u64,
    pub(super) pages: u64,
    pub(super) seconds: f64,
    pub(super) pages_per_second: f64,
    pub(super) cpu_ms_per_page: f64,
    /// Of the threads that write and read the record.
    pub(super) record_ms_per_page: f64,
    /// Of the threads that build the embedded index.
    pub(super) index_ms_per_page: f64,
    /// Of the threads that read pages, place articles in their stories and follow listings.
    pub(super) reading_ms_per_page: f64,
    pub(super) peak_mb: u64,
}

/// What plain fetching took.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Fetched {
    pub(super) pages: u64,
    pub(super) seconds: f64,
    pub(super) pages_per_second: f64,
    pub(super) fetching_ms_per_page: f64,
    /// Extraction and the sketch for finding copies, on one thread.
    pub(super) reading_ms_per_page: f64,
}

/// What polling took.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Polled {
    pub(super) portals: usize,
    pub(super) first: Round,
    pub(super) round: Round,
    /// Answers "not modified" of the second round: every request of a visit that brought no byte.
    pub(super) not_modified: u64,
    pub(super) peak_mb: u64,
}

/// One visit of every portal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Round {
    pub(super) requests: u64,
    pub(super) seconds: f64,
    /// Milliseconds of processor a request.
    pub(super) cpu_ms: f64,
}

/// Pages that are kept to be read alone.
const READ_ALONE: usize = 1_000;

pub(super) fn run(job: Job, folder: &Path) -> Result<ExitCode> {
    let mut config = Config::default();
    config.general.data_dir = folder.join("data");
    config.fetch.allow_networks = vec!["127.0.0.0/8".parse().context("cannot read a network")?];
    config.fetch.delay_ms = 0;
    config.fetch.requests_per_second = u32::MAX;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    let told = runtime.block_on(async {
        anyhow::Ok(match job {
            Job::Crawl => serde_json::to_string(&crawl(config, &folder.join(LIST)).await?)?,
            Job::Fetch => serde_json::to_string(&fetch(config).await?)?,
            Job::Poll => serde_json::to_string(&poll(config, &folder.join(LIST)).await?)?,
        })
    })?;
    println_or_quit(&told)?;
    Ok(ExitCode::SUCCESS)
}

/// Opens an empty record with the portals of the list.
async fn registered(config: Config, list: &Path) -> Result<(App, Vec<Portal>)> {
    let text = std::fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    let app = App::open(config, Clock::System).await?;
    register(&app, import::read(&text, Format::Csv).entries, app.clock.now()).await?;
    let portals = table::list(app.store.pool()).await?;
    Ok((app, portals))
}

async fn crawl(config: Config, list: &Path) -> Result<Measured> {
    let (app, portals) = registered(config, list).await?;
    let (began, before) = (Instant::now(), cpu_seconds());
    let threads = Threads::watch();
    let works = app.into_works().await?;
    let order = Order { full: true, force: false };
    let outcome = visit_all(&works, &portals, order, &CancellationToken::new()).await;
    works.close().await?;
    let threads = threads.stop();
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - before);
    let pages: u64 = outcome.portals.iter().map(|report| report.requests).sum();
    let per_page = |seconds: f64| seconds * 1_000.0 / pages.max(1) as f64;
    let of = |names: &[&str]| {
        let is_one = |name: &str| names.iter().any(|known| name.starts_with(known));
        per_page(threads.iter().filter(|(name, _)| is_one(name)).map(|(_, seconds)| seconds).sum())
    };
    Ok(Measured {
        articles: outcome.totals.new,
        pages,
        seconds,
        pages_per_second: pages as f64 / seconds,
        cpu_ms_per_page: per_page(cpu),
        record_ms_per_page: of(&["sqlx-sqlite"]),
        reading_ms_per_page: of(&["lantoa-reading"]),
        index_ms_per_page: of(&["thrd-tantivy", "merge_thread", "docstore", "segment_updat"]),
        peak_mb: peak_mb(),
    })
}

async fn fetch(config: Config) -> Result<Fetched> {
    let at_once = config.crawl.portals_at_once;
    let (families, _) = families(&config.extract);
    let app = App::open(config, Clock::System).await?;
    let portals = table::list(app.store.pool()).await?;
    let mut addresses: Vec<(Url, Vec<Url>)> = Vec::new();
    for portal in portals {
        let kept = archive::table::export(app.store.pool(), Some(&portal.entry.slug), None);
        let urls = kept.map(|row| anyhow::Ok(Url::parse(&row?.0.url)?)).try_collect().await?;
        addresses.push((portal.entry.url, urls));
    }
    let fetcher = Fetcher::new(app.config.fetch.clone(), Clock::System)?;
    app.store.close().await;

    let (began, before) = (Instant::now(), cpu_seconds());
    let enough = READ_ALONE.div_ceil(addresses.len().max(1));
    let fetched: Vec<(u64, Vec<Page>)> = futures::stream::iter(&addresses)
        .map(|(home, urls)| one_after_the_other(&fetcher, home, urls, enough))
        .buffer_unordered(at_once)
        .try_collect()
        .await?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - before);

    let pages: u64 = fetched.iter().map(|(pages, _)| pages).sum();
    let some: Vec<Page> = fetched.into_iter().flat_map(|(_, some)| some).collect();
    extract::get_ready(&families);
    let before = cpu_seconds();
    for page in &some {
        let decoded = decode(&page.body, page.content_type.as_deref());
        let hints = extract::Hints::default();
        let read = extract::article_of(&decoded.text, &page.url, &hints, None, &families, page.fetched_at);
        std::hint::black_box(Sketch::of(&read.article.text));
    }
    let reading = cpu_seconds() - before;
    Ok(Fetched {
        pages,
        seconds,
        pages_per_second: pages as f64 / seconds,
        fetching_ms_per_page: cpu * 1_000.0 / pages.max(1) as f64,
        reading_ms_per_page: reading * 1_000.0 / some.len().max(1) as f64,
    })
}

/// Fetches the pages of one portal as a visit does; how many, and the first of them.
async fn one_after_the_other(fetcher: &Fetcher, home: &Url, urls: &[Url], enough: usize) -> Result<(u64, Vec<Page>)> {
    let (mut pages, mut some) = (0, Vec::new());
    for url in urls {
        let request = Request { url, what: What::Page, validators: None, home, delay: None };
        let answered = fetcher.get(request).await.with_context(|| format!("cannot fetch {url}"))?;
        pages += 1;
        if let Answered::Page(page) = answered
            && some.len() < enough
        {
            some.push(page);
        }
    }
    Ok((pages, some))
}

async fn poll(mut config: Config, list: &Path) -> Result<Polled> {
    // Every source is asked, and not only those that are due so soon.
    config.schedule.learn = false;
    let (app, _) = registered(config, list).await?;
    let works = app.into_works().await?;
    let mut not_modified = 0;
    let mut rounds = Vec::new();
    for _ in 0..2 {
        let portals = table::list(works.app.store.pool()).await?;
        let (began, before) = (Instant::now(), cpu_seconds());
        let outcome = visit_all(&works, &portals, Order::default(), &CancellationToken::new()).await;
        let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - before);
        let requests: u64 = outcome.portals.iter().map(|report| report.requests).sum();
        let silent = outcome.portals.iter().filter(|report| report.bytes == 0 && report.problem.is_none());
        not_modified = silent.map(|report| report.requests).sum();
        rounds.push(Round { requests, seconds, cpu_ms: cpu * 1_000.0 / requests.max(1) as f64 });
    }
    let portals = table::list(works.app.store.pool()).await?.len();
    works.close().await?;
    let (Some(round), Some(first)) = (rounds.pop(), rounds.pop()) else { anyhow::bail!("no round was made") };
    Ok(Polled { portals, first, round, not_modified, peak_mb: peak_mb() })
}
