//! `lantoa bench search`: how fast articles become searchable and searches are answered, on synthetic articles; beside
//! it, when there is a server, the same articles and queries on Meilisearch.

mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use self::world::World;
use crate::commands::{print_json, println_or_quit};
use crate::index::embedded::Embedded;
use crate::index::meilisearch::Meilisearch;
use crate::index::{Document, Options, Query, SearchIndex};

/// Options of `lantoa bench search`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Synthetic articles in the embedded index
    #[arg(long, default_value_t = 1_000_000)]
    documents: u64,
    /// Queries, each asked once for every number of clients
    #[arg(long, default_value_t = 1_000)]
    queries: usize,
    /// Where the index is built; a folder that is there already is measured as it is. Without it: in a temporary one
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A Meilisearch server to measure beside (its key in LANTOA__INDEX__MEILISEARCH_KEY)
    #[arg(long, value_name = "URL")]
    meilisearch: Option<String>,
    /// Articles on that server, at most
    #[arg(long, default_value_t = 100_000)]
    meilisearch_documents: u64,
    /// Print the slowest queries
    #[arg(long)]
    slowest: bool,
}

/// Articles handed over at once, as by `lantoa reindex`.
const BATCH: u64 = 1_000;
/// Clients that ask at the same time.
const CLIENTS: [usize; 2] = [1, 8];

/// What one engine reached.
#[derive(Debug, Serialize)]
struct Outcome {
    engine: &'static str,
    documents: u64,
    documents_per_second: Option<f64>,
    /// The same for each second of this process's processor time, which other programs do not slow down.
    documents_per_cpu_second: Option<f64>,
    bytes_per_document: Option<f64>,
    answers: Vec<Answers>,
    /// Largest resident memory of this process so far.
    peak_memory_mb: Option<u64>,
}

/// How queries were answered by so many clients.
#[derive(Debug, Serialize)]
struct Answers {
    clients: usize,
    /// Percentage of the queries that were answered before, so that the answers may have been kept.
    asked_before: u32,
    queries_per_second: f64,
    /// This process's processor time.
    cpu_ms_per_query: f64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    slowest_ms: f64,
}

pub(super) async fn run(args: &Args, json: bool) -> Result<ExitCode> {
    ensure!(args.documents >= 1 && args.queries >= 1, "--documents and --queries must be at least 1");
    let world = Arc::new(World::new());
    let mut outcomes = vec![embedded(args, &world).await?];
    if let Some(url) = &args.meilisearch {
        outcomes.push(meilisearch(args, url, &world).await?);
    }
    if json {
        print_json(&outcomes)?;
        return Ok(ExitCode::SUCCESS);
    }
    for outcome in &outcomes {
        println_or_quit(&format!("{}: {} articles", outcome.engine, outcome.documents))?;
        if let Some(rate) = outcome.documents_per_second {
            let cpu = outcome.documents_per_cpu_second.unwrap_or_default();
            println_or_quit(&format!("  {rate:.0} articles/s indexed, {cpu:.0} for each second of processor time"))?;
        }
        if let Some(bytes) = outcome.bytes_per_document {
            println_or_quit(&format!("  {bytes:.0} bytes on disk an article"))?;
        }
        for answers in &outcome.answers {
            println_or_quit(&format!(
                "  {} clients, {} % asked before: {:.0} queries/s, {:.2} ms of processor time each, p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, slowest {:.1} ms",
                answers.clients,
                answers.asked_before,
                answers.queries_per_second,
                answers.cpu_ms_per_query,
                answers.p50_ms,
                answers.p95_ms,
                answers.p99_ms,
                answers.slowest_ms
            ))?;
        }
        if let Some(memory) = outcome.peak_memory_mb {
            println_or_quit(&format!("  {memory} MB of memory at most"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn embedded(args: &Args, world: &Arc<World>) -> Result<Outcome> {
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = args.dir.clone().unwrap_or_else(|| temporary.path().join("index"));
    let is_built = folder.join("meta.json").exists();
    let index = Embedded::open(&folder, &Options::default())?;
    let rate = if is_built { None } else { Some(fill(&index, world, args.documents).await?) };
    let documents = index.count().await?;
    let index: Arc<dyn SearchIndex> = Arc::new(index);
    let answers = answers(&index, world, args, documents).await?;
    Ok(Outcome {
        engine: "embedded",
        documents,
        documents_per_second: rate.map(|rate| rate.0),
        documents_per_cpu_second: rate.map(|rate| rate.1),
        bytes_per_document: Some(bytes(&folder)? as f64 / documents.max(1) as f64),
        answers,
        peak_memory_mb: peak_memory_mb(),
    })
}

async fn meilisearch(args: &Args, url: &str, world: &Arc<World>) -> Result<Outcome> {
    let key = std::env::var("LANTOA__INDEX__MEILISEARCH_KEY").unwrap_or_default();
    let wanted = args.documents.min(args.meilisearch_documents);
    let index = Meilisearch::connect(url, &key, "bench-search")?;
    let rate = if index.count().await? >= wanted { None } else { Some(fill(&index, world, wanted).await?) };
    let documents = index.count().await?;
    let index: Arc<dyn SearchIndex> = Arc::new(index);
    let answers = answers(&index, world, args, documents).await?;
    Ok(Outcome {
        engine: "meilisearch",
        documents,
        documents_per_second: rate.map(|rate| rate.0),
        documents_per_cpu_second: None,
        bytes_per_document: None,
        answers,
        peak_memory_mb: None,
    })
}

/// Indexes the articles and says how many a second, and a second of processor time; making them up is not counted.
async fn fill(index: &dyn SearchIndex, world: &Arc<World>, documents: u64) -> Result<(f64, f64)> {
    let mut spent = Duration::ZERO;
    let mut cpu_s = 0.0;
    let mut at = 0;
    while at < documents {
        let end = documents.min(at + BATCH);
        let some: Vec<Document> = (at..end).map(|number| world.article(number)).collect();
        let (begun, cpu_begun) = (Instant::now(), cpu_s_so_far());
        index.add(&some).await.context("cannot index the articles")?;
        if end == documents {
            index.finish().await.context("cannot finish the index")?;
        }
        spent += begun.elapsed();
        cpu_s += cpu_s_so_far() - cpu_begun;
        at = end;
        if at.is_multiple_of(50 * BATCH) {
            let (rate, cpu) = (at as f64 / spent.as_secs_f64(), at as f64 / cpu_s.max(0.01));
            eprintln!("{at} articles, {rate:.0} a second, {cpu:.0} a second of processor time");
        }
    }
    Ok((documents as f64 / spent.as_secs_f64(), documents as f64 / cpu_s.max(0.01)))
}

async fn answers(
    index: &Arc<dyn SearchIndex>,
    world: &Arc<World>,
    args: &Args,
    documents: u64,
) -> Result<Vec<Answers>> {
    // What is frequent comes into memory as in a server that has been running, by other queries of the same kinds.
    ask(index, &Arc::new(world.queries(0, args.queries, documents)), CLIENTS[0]).await?;
    let mut answers = Vec::new();
    for (seed, clients) in (1..).zip(CLIENTS) {
        // Nobody asked these before.
        let queries = Arc::new(world.queries(seed, args.queries, documents));
        answers.push(measure(index, &queries, clients, 0, args.slowest).await?);
    }
    let (seed, clients) = (2, CLIENTS[1]);
    let mut queries = world.queries(seed, args.queries, documents);
    answers.push(measure(index, &Arc::new(queries.clone()), clients, 100, false).await?);
    // Every other one gives way to a new one.
    let new = world.queries(seed + 1, args.queries, documents);
    for (query, new) in queries.iter_mut().zip(new).step_by(2) {
        *query = new;
    }
    fastrand::Rng::with_seed(seed).shuffle(&mut queries);
    answers.push(measure(index, &Arc::new(queries), clients, 50, false).await?);
    Ok(answers)
}

/// Asks every query once and says how that went.
async fn measure(
    index: &Arc<dyn SearchIndex>,
    queries: &Arc<Vec<Query>>,
    clients: usize,
    asked_before: u32,
    slowest: bool,
) -> Result<Answers> {
    let (begun, cpu_begun) = (Instant::now(), cpu_s_so_far());
    let mut times = ask(index, queries, clients).await?;
    let elapsed = begun.elapsed();
    let cpu_ms_per_query = (cpu_s_so_far() - cpu_begun) * 1e3 / times.len().max(1) as f64;
    times.sort_unstable_by_key(|(time, _)| *time);
    if slowest {
        for (time, at) in times.iter().rev().take(25) {
            eprintln!("{:>8.1} ms {:?}", time.as_secs_f64() * 1e3, queries[*at].text);
        }
    }
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].0.as_secs_f64() * 1e3;
    Ok(Answers {
        clients,
        asked_before,
        cpu_ms_per_query,
        queries_per_second: times.len() as f64 / elapsed.as_secs_f64(),
        p50_ms: at(0.5),
        p95_ms: at(0.95),
        p99_ms: at(0.99),
        slowest_ms: at(1.0),
    })
}

/// Asks every query once, by so many clients, and says how long each took.
async fn ask(
    index: &Arc<dyn SearchIndex>,
    queries: &Arc<Vec<Query>>,
    clients: usize,
) -> Result<Vec<(Duration, usize)>> {
    let asking = (0..clients).map(|client| {
        let (index, queries) = (Arc::clone(index), Arc::clone(queries));
        tokio::spawn(async move {
            let mut times = Vec::new();
            for (at, query) in queries.iter().enumerate().skip(client).step_by(clients) {
                let begun = Instant::now();
                index.search(query).await?;
                times.push((begun.elapsed(), at));
            }
            anyhow::Ok(times)
        })
    });
    let mut all = Vec::new();
    for times in futures::future::join_all(asking).await {
        all.extend(times.context("a client failed")??);
    }
    Ok(all)
}

fn bytes(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder).context("cannot list the index")? {
        sum += entry?.metadata()?.len();
    }
    Ok(sum)
}

/// Processor time of all threads of this process, in seconds; 0 where Linux does not tell.
fn cpu_s_so_far() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold anything: fields 14 and 15 in hundredths of a second.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// What Linux says of this process.
fn peak_memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1_024)
}
