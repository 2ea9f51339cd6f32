//! `lantoa serve`: the scheduler, the index worker and the site in one process.

use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, bail};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{Invocation, crawl};
use crate::app::{App, Works};
use crate::index::{SearchIndex, outbox};
use crate::pipeline::{self, Order};
use crate::portal::{self, Portal, State};
use crate::{schedule, triage, web};

/// Looks for portals that are due: every ten seconds.
const LOOK: &str = "*/10 * * * * *";
/// Writes the dedup window to disk: every minute.
const FLUSH: &str = "30 * * * * *";
/// Scores what waits for a decision anew: every ten minutes, as its freshness and growth change by themselves.
const SCORE: &str = "15 */10 * * * *";
/// Forgets what has left the dedup window: at night.
const PRUNE: &str = "0 40 2 * * *";

/// Options of `lantoa serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What this process does, parted by commas: crawl, curate, web
    #[arg(long, value_delimiter = ',', default_values = ["crawl", "curate", "web"])]
    role: Vec<Role>,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Role {
    /// Visits portals.
    Crawl,
    /// Keeps scores and the search index up to date.
    Curate,
    /// Serves the site.
    Web,
}

pub(super) async fn run(invocation: Invocation, args: Args) -> Result<ExitCode> {
    let cancel = invocation.cancel.clone();
    let app = App::open(invocation.config.clone(), invocation.clock()).await?;
    let works = Arc::new(app.into_works().await?);
    let mut watching = None;
    let site = if args.role.contains(&Role::Web) {
        let address = works.app.config.web.listen.clone();
        let listener = tokio::net::TcpListener::bind(&address)
            .await
            .with_context(|| format!("cannot listen on {address} (is the port in use? set web.listen to another)"))?;
        info!(address = %listener.local_addr()?, url = works.app.config.web.public_url, "the site is open");
        let parts = site_parts(&works)?;
        let address = &works.app.config.web.operations_listen;
        if !address.is_empty() {
            let listener = tokio::net::TcpListener::bind(address).await.with_context(|| {
                format!("cannot listen on {address} (is the port in use? set web.operations_listen to another)")
            })?;
            let (router, cancel) = (web::operations(parts.clone()), cancel.clone());
            watching = Some(tokio::spawn(async move { web::serve(listener, router, cancel).await }));
        }
        let (router, cancel) = (web::router(parts)?, cancel.clone());
        Some(tokio::spawn(async move { web::serve(listener, router, cancel).await }))
    } else {
        None
    };
    let worker = args.role.contains(&Role::Curate).then(|| works.start_worker(&cancel));
    let mut jobs = start_jobs(&works, &args.role, &cancel).await?;

    cancel.cancelled().await;
    info!("stopping");
    jobs.scheduler.shutdown().await.context("cannot stop the scheduler")?;
    jobs.visits.finish().await;
    if let Some(worker) = worker {
        let _ = worker.await;
    }
    for site in site.into_iter().chain(watching) {
        site.await.context("the site ended badly")??;
    }
    match Arc::try_unwrap(works) {
        Ok(works) => works.close().await?,
        Err(works) => pipeline::rebuild::flush(&works.app.store, &works.visits.window).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What the site needs, taken from the assembled parts.
pub(super) fn site_parts(works: &Works) -> Result<web::Parts> {
    let config = &works.app.config;
    if config.web.public_url.trim().is_empty() {
        bail!("cannot open the site: web.public_url is empty (example: https://lantoa.chinhphu.vn)");
    }
    let (index, handle) = (Arc::clone(&works.index), works.worker.handle());
    let engine = config.index.backend.as_str();
    Ok(web::Parts {
        store: works.app.store.clone(),
        clock: works.app.clock.clone(),
        index: Arc::clone(&works.index),
        index_status: Arc::new(move || Box::pin(index_status(engine, Arc::clone(&index), handle.status()))),
        accounts: config.accounts.clone(),
        triage: config.triage.clone(),
        options: config.web.clone(),
        metrics: Arc::default(),
    })
}

async fn index_status(engine: &str, index: Arc<dyn SearchIndex>, worker: outbox::Status) -> web::IndexStatus {
    let counted = index.count().await;
    let problem = counted.as_ref().err().map(super::one_line).or(worker.last_problem);
    web::IndexStatus {
        engine: engine.to_owned(),
        ready: counted.is_ok(),
        documents: counted.unwrap_or_default(),
        waiting: u64::try_from(worker.lag).unwrap_or_default(),
        problem,
    }
}

struct Jobs {
    scheduler: tokio_cron_scheduler::JobScheduler,
    visits: Arc<Visits>,
}

async fn start_jobs(works: &Arc<Works>, roles: &[Role], cancel: &CancellationToken) -> Result<Jobs> {
    let scheduler = schedule::scheduler().await?;
    let visits = Arc::new(Visits::new(Arc::clone(works), cancel.clone()));
    if roles.contains(&Role::Crawl) {
        let due = Arc::clone(&visits);
        schedule::every(&scheduler, LOOK, cancel, move || {
            let visits = Arc::clone(&due);
            async move { visits.start_due().await }
        })
        .await?;
        let parts = works.visits.clone();
        schedule::every(&scheduler, FLUSH, cancel, move || {
            let parts = parts.clone();
            async move {
                if let Err(cause) = pipeline::rebuild::flush(&parts.store, &parts.window).await {
                    error!(cause = %format!("{cause:#}"), "cannot write the dedup window");
                }
            }
        })
        .await?;
        let parts = works.visits.clone();
        schedule::every(&scheduler, PRUNE, cancel, move || {
            let parts = parts.clone();
            async move {
                let now = parts.clock.now();
                let pruned = tokio::task::spawn_blocking(move || parts.window.prune(now)).await;
                match pruned {
                    Ok(Ok(keys)) => info!(keys, "dedup window pruned"),
                    Ok(Err(cause)) => error!(cause = %format!("{cause:#}"), "cannot prune the dedup window"),
                    Err(cause) => error!(%cause, "cannot prune the dedup window"),
                }
            }
        })
        .await?;
    }
    if roles.contains(&Role::Curate) {
        let (store, clock, options) =
            (works.app.store.clone(), works.app.clock.clone(), works.app.config.triage.clone());
        schedule::every(&scheduler, SCORE, cancel, move || {
            let (store, now, options) = (store.clone(), clock.now(), options.clone());
            async move {
                let scored = store
                    .write(move |connection| {
                        Box::pin(async move { triage::table::refresh_open(connection, &options, now).await })
                    })
                    .await;
                if let Err(cause) = scored {
                    error!(cause = %format!("{cause:#}"), "cannot score the queue");
                }
            }
        })
        .await?;
    }
    scheduler.start().await.context("cannot start the scheduler")?;
    Ok(Jobs { scheduler, visits })
}

/// The visits under way: a portal never has two at once, and all together never more than configured.
struct Visits {
    works: Arc<Works>,
    cancel: CancellationToken,
    seats: Arc<Semaphore>,
    under_way: Arc<Mutex<HashSet<i64>>>,
    tasks: tokio::sync::Mutex<JoinSet<()>>,
}

impl Visits {
    fn new(works: Arc<Works>, cancel: CancellationToken) -> Self {
        let seats = Arc::new(Semaphore::new(works.app.config.crawl.portals_at_once));
        Self { works, cancel, seats, under_way: Arc::default(), tasks: tokio::sync::Mutex::new(JoinSet::new()) }
    }

    /// Starts a visit of every portal that is due and has none under way.
    async fn start_due(&self) {
        let portals = match portal::table::list(self.works.app.store.pool()).await {
            Ok(portals) => portals,
            Err(cause) => {
                error!(cause = %format!("{cause:#}"), "cannot read which portals are due");
                return;
            }
        };
        let now = self.works.app.clock.now();
        let mut tasks = self.tasks.lock().await;
        while tasks.try_join_next().is_some() {}
        for portal in portals {
            let due = portal.state == State::Active && crawl::is_due(&portal, now);
            if due && self.take(portal.id) {
                tasks.spawn(self.one(portal));
            }
        }
    }

    fn one(&self, portal: Portal) -> impl Future<Output = ()> + Send + 'static {
        let parts = self.works.visits.clone();
        let (cancel, seats, under_way) = (self.cancel.clone(), Arc::clone(&self.seats), Arc::clone(&self.under_way));
        async move {
            let seat = seats.acquire().await;
            if seat.is_ok() && !cancel.is_cancelled() {
                let report = pipeline::visit(&parts, &portal, Order::default(), &cancel, &|_| {}).await;
                let (slug, problem) = (&report.portal, report.problem.as_deref());
                match problem {
                    Some(problem) => warn!(portal = slug, problem, failed = report.failed, "visited"),
                    None => info!(
                        portal = slug,
                        new = report.new,
                        changed = report.changed,
                        requests = report.requests,
                        duration_ms = report.elapsed_ms,
                        "visited"
                    ),
                }
            }
            if let Ok(mut under_way) = under_way.lock() {
                under_way.remove(&portal.id);
            }
        }
    }

    fn take(&self, portal: i64) -> bool {
        self.under_way.lock().is_ok_and(|mut under_way| under_way.insert(portal))
    }

    /// Waits until the visits under way have noted what they have.
    async fn finish(&self) {
        let mut tasks = self.tasks.lock().await;
        while tasks.join_next().await.is_some() {}
    }
}
